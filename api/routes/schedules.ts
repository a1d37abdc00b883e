import type { ScheduleInput } from '#contract/schedules.ts';
import type { Queryable } from '#db/pool.ts';
import { asSchedule, readAvailability } from '#db/queries/availability.ts';
import * as schedules from '#db/queries/schedules.ts';
import { validateSchedule } from '#domain/slots/validate.ts';
import { whyNot } from '#domain/slots/why.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { explain } from '../presenters/reasons.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { as, change, hostOf } from './offer-parts.ts';

/** When a host can be met. */
export function scheduleRoutes(
  parts: ApiParts,
): Pick<Handlers, 'listSchedules' | 'createSchedule' | 'changeSchedule' | 'deleteSchedule' | 'whyNot'> {
  const find = async (tx: Queryable, id: string) => {
    const row = await schedules.findSchedule(tx, id);
    if (!row) throw new Refused('not_found');
    return row;
  };
  return {
    listSchedules: ({ who, query }) =>
      as(parts, who, async (tx) => {
        const { hostId } = await hostOf(tx, who, query);
        return { items: (await schedules.schedulesOf(tx, hostId)).map(present.schedule) };
      }),
    createSchedule: (call) => {
      refuseBadSchedule(call.body);
      return change(parts, call, 'schedule.created', async (tx) => {
        const id = await schedules.insertSchedule(tx, await hostOf(tx, call.who, call.query), call.body);
        return { id, result: present.schedule(await find(tx, id)) };
      });
    },
    changeSchedule: (call) => {
      refuseBadSchedule(call.body);
      const { id } = call.params;
      return change(parts, call, 'schedule.changed', async (tx) => {
        const { hostId } = await find(tx, id);
        await schedules.replaceSchedule(tx, hostId, id, call.body);
        return { id, result: present.schedule(await find(tx, id)) };
      });
    },
    deleteSchedule: (call) =>
      change(parts, call, 'schedule.deleted', async (tx) => {
        const { id } = call.params;
        const { hostId } = await find(tx, id);
        if (!(await schedules.deleteSchedule(tx, hostId, id))) throw new Refused('schedule_is_default');
        return { id, result: undefined };
      }),
    whyNot: ({ who, query }) =>
      as(parts, who, async (tx) => {
        const startsAt = new Date(query.startsAt);
        const options = query.durationMinutes === undefined ? {} : { durationMinutes: query.durationMinutes };
        const availability = await readAvailability(
          tx,
          { meetingTypeId: query.meetingTypeId },
          { from: startsAt, to: startsAt },
          options,
        );
        if (!availability) throw new Refused('not_found');
        const reasons = whyNot(availability.question, startsAt.getTime());
        return { offered: reasons.length === 0, reasons: reasons.map((reason) => explain(reason, who.timeZone)) };
      }),
  };
}

function refuseBadSchedule({ rules }: ScheduleInput): void {
  const json = { ...rules, blackouts: rules.blackouts.map(({ from, to }) => ({ from, to, note: null })) };
  const errors = validateSchedule(asSchedule(json)).map((problem) => ({ ...problem, field: `rules.${problem.field}` }));
  if (errors.length > 0) throw new Refused('validation_failed', { errors });
}

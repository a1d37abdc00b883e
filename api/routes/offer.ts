import { asOrganization, type Queryable, type Transaction } from '#db/pool.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { asSchedule, readAvailability } from '#db/queries/availability.ts';
import { isCurrentHost } from '#db/queries/members.ts';
import * as types from '#db/queries/meeting-types.ts';
import * as templates from '#db/queries/nda-templates.ts';
import * as schedules from '#db/queries/schedules.ts';
import type { AuditAction } from '#domain/audit-actions.ts';
import { validateSchedule } from '#domain/slots/validate.ts';
import { whyNot } from '#domain/slots/why.ts';
import type { MeetingTypeInput } from '#contract/meeting-types.ts';
import type { NdaTemplateContent } from '#contract/nda-templates.ts';
import type { ScheduleInput } from '#contract/schedules.ts';
import { scopeOf, type HostCaller } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { explain } from '../presenters/reasons.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

type OfferHandlers = Pick<
  Handlers,
  | 'listSchedules'
  | 'createSchedule'
  | 'changeSchedule'
  | 'whyNot'
  | 'listMeetingTypes'
  | 'createMeetingType'
  | 'readMeetingType'
  | 'changeMeetingType'
  | 'archiveMeetingType'
  | 'listNdaTemplates'
  | 'listTemplateVariables'
  | 'createNdaTemplate'
  | 'readNdaTemplate'
  | 'publishNdaTemplate'
  | 'listNdaTemplateVersions'
  | 'previewNda'
  | 'previewNdaPdf'
>;

/** What a host offers: when, what, and under which agreement. Everything runs as the host's organization. */
export function offerRoutes(parts: ApiParts): OfferHandlers {
  return { ...scheduleRoutes(parts), ...meetingTypeRoutes(parts), ...templateRoutes(parts) };
}

type Work<T> = (tx: Transaction) => Promise<T>;
const as = <T>(parts: ApiParts, who: HostCaller, work: Work<T>): Promise<T> =>
  asOrganization(parts.database, scopeOf(who), work);

/** Whose things a request is about: one's own, or those of the host that it names. */
async function hostOf(tx: Queryable, who: HostCaller, { hostId }: { hostId?: string | undefined }): Promise<Owner> {
  const { organizationId } = who;
  if (hostId === undefined || hostId === who.hostId) return { organizationId, hostId: who.hostId };
  if (who.reach === 'own' || !(await isCurrentHost(tx, organizationId, hostId))) throw new Refused('not_found');
  return { organizationId, hostId };
}
type Owner = { organizationId: string; hostId: string };

/** A change to what is offered, with its audit entry last. */
async function change<T>(
  parts: ApiParts,
  call: { who: HostCaller; ip: string | null },
  action: AuditAction,
  work: Work<{ id: string; result: T }>,
): Promise<T> {
  return as(parts, call.who, async (tx) => {
    const { id, result } = await work(tx);
    const { organizationId, accountId } = call.who;
    const [type = action] = action.split('.');
    await appendAudit(tx, {
      organizationId,
      at: new Date(),
      actor: { type: 'host', id: accountId, ip: call.ip },
      action,
      subject: { type, id },
    });
    return result;
  });
}

function scheduleRoutes(
  parts: ApiParts,
): Pick<OfferHandlers, 'listSchedules' | 'createSchedule' | 'changeSchedule' | 'whyNot'> {
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

function meetingTypeRoutes(
  parts: ApiParts,
): Pick<
  OfferHandlers,
  'listMeetingTypes' | 'createMeetingType' | 'readMeetingType' | 'changeMeetingType' | 'archiveMeetingType'
> {
  const find = async (tx: Queryable, id: string) => {
    const row = await types.findMeetingType(tx, id);
    if (!row) throw new Refused('not_found');
    return row;
  };
  const read = async (tx: Queryable, id: string) => present.meetingType(await find(tx, id), parts.publicUrl);
  return {
    listMeetingTypes: ({ who, query }) =>
      as(parts, who, async (tx) => {
        const { hostId } = await hostOf(tx, who, query);
        const rows = await types.meetingTypesOf(tx, hostId);
        return { items: rows.map((row) => present.meetingType(row, parts.publicUrl)) };
      }),
    readMeetingType: ({ who, params }) => as(parts, who, (tx) => read(tx, params.id)),
    createMeetingType: (call) =>
      change(parts, call, 'meeting_type.created', async (tx) => {
        const owner = await hostOf(tx, call.who, call.query);
        await refuseForeignParts(tx, owner, call.body);
        const id = await types.insertMeetingType(tx, owner, call.body);
        return { id, result: await read(tx, id) };
      }),
    changeMeetingType: (call) =>
      change(parts, call, 'meeting_type.changed', async (tx) => {
        const { id } = call.params;
        const { organizationId, hostId } = await find(tx, id);
        await refuseForeignParts(tx, { organizationId, hostId }, call.body);
        await types.replaceMeetingType(tx, hostId, id, call.body);
        return { id, result: await read(tx, id) };
      }),
    archiveMeetingType: (call) =>
      change(parts, call, 'meeting_type.archived', async (tx) => {
        const { id } = call.params;
        const { hostId } = await find(tx, id);
        await types.archiveMeetingType(tx, hostId, id);
        return { id, result: undefined };
      }),
  };
}

/** Schedule and template must be ones that this host can use: foreign keys alone would let another organization's pass. */
async function refuseForeignParts(tx: Queryable, owner: Owner, input: MeetingTypeInput): Promise<void> {
  const missing = (field: string) =>
    new Refused('validation_failed', { errors: [{ field, code: 'not_found', message: 'There is no such one.' }] });
  const schedule = input.scheduleId && (await schedules.findSchedule(tx, input.scheduleId));
  if (input.scheduleId && (!schedule || schedule.hostId !== owner.hostId)) throw missing('scheduleId');
  if (input.ndaTemplateId && !(await templates.findTemplate(tx, owner.organizationId, input.ndaTemplateId)))
    throw missing('ndaTemplateId');
}

type TemplateHandlers = Pick<
  OfferHandlers,
  | 'listNdaTemplates'
  | 'listTemplateVariables'
  | 'createNdaTemplate'
  | 'readNdaTemplate'
  | 'publishNdaTemplate'
  | 'listNdaTemplateVersions'
  | 'previewNda'
  | 'previewNdaPdf'
>;

function templateRoutes(parts: ApiParts): TemplateHandlers {
  const { ndaText } = parts;
  const refuseBad = (content: NdaTemplateContent, prefix: string): void => {
    const errors = ndaText.check(content).map((error) => ({ ...error, field: `${prefix}${error.field}` }));
    if (errors.length > 0) throw new Refused('template_invalid', { errors });
  };
  const read = async (tx: Queryable, who: HostCaller, id: string) => {
    const row = await templates.findTemplate(tx, who.organizationId, id);
    if (!row) throw new Refused('not_found');
    return present.ndaTemplate(row);
  };
  return {
    listNdaTemplates: ({ who }) =>
      as(parts, who, async (tx) => ({
        items: (await templates.templatesOf(tx, who.organizationId)).map(present.ndaTemplate),
      })),
    listTemplateVariables: async () => ({ items: [...ndaText.variables] }),
    readNdaTemplate: ({ who, params }) => as(parts, who, (tx) => read(tx, who, params.id)),
    createNdaTemplate: (call) => {
      refuseBad(call.body.content, 'content.');
      return change(parts, call, 'nda_template.created', async (tx) => {
        const id = await templates.insertTemplate(tx, call.who, call.body.name, present.newVersion(call.body.content));
        return { id, result: await read(tx, call.who, id) };
      });
    },
    publishNdaTemplate: (call) => {
      refuseBad(call.body, '');
      const { id } = call.params;
      return change(parts, call, 'nda_template.published', async (tx) => {
        await read(tx, call.who, id);
        await templates.publishVersion(tx, call.who, id, present.newVersion(call.body));
        return { id, result: await read(tx, call.who, id) };
      });
    },
    listNdaTemplateVersions: ({ who, params }) =>
      as(parts, who, async (tx) => {
        await read(tx, who, params.id);
        return { items: (await templates.versionsOf(tx, who.organizationId, params.id)).map(present.ndaVersion) };
      }),
    previewNda: async ({ body }) => {
      refuseBad(body, '');
      return ndaText.preview(body);
    },
    previewNdaPdf: async ({ who, body }) => {
      refuseBad(body, '');
      return { bytes: await ndaText.previewPdf(body, who.organizationName), filename: `${body.title}.pdf` };
    },
  };
}

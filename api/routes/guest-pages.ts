import { freeSlots } from '#domain/slots/free.ts';
import { readAvailability } from '#db/queries/availability.ts';
import { findPublicHost, findPublicType, meetingTypeIdOf, publicTypesOf } from '#db/queries/public-pages.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

const rangeMaxMs = 366 * 86_400_000;

type PageHandlers = Pick<Handlers, 'hostPage' | 'meetingTypePage' | 'slots' | 'ndaSample'>;

/** What anybody may see of a host. */
export function guestPages(parts: ApiParts): PageHandlers {
  const { database, relay, ndaText } = parts;
  const find = async (hostSlug: string, slug: string) => {
    const host = await findPublicHost(database, hostSlug);
    const type = host && (await findPublicType(database, host.id, slug));
    if (!type) throw new Refused('not_found');
    return { host, type };
  };
  return {
    hostPage: async ({ params }) => {
      const host = await findPublicHost(database, params.hostSlug);
      if (!host) throw new Refused('not_found');
      const types = await publicTypesOf(database, host.id);
      return { host: present.publicHost(host), meetingTypes: types.map(present.publicMeetingType) };
    },
    meetingTypePage: async ({ params }) => {
      const { host, type } = await find(params.hostSlug, params.meetingTypeSlug);
      return {
        host: present.publicHost(host),
        meetingType: present.publicMeetingType(type),
        liveRoom: host.id,
        serverTime: new Date().toISOString(),
      };
    },
    slots: async ({ params, query }) => {
      const position = relay.position();
      const id = await meetingTypeIdOf(database, params.hostSlug, params.meetingTypeSlug);
      if (!id) throw new Refused('not_found');
      return readSlots(parts, { meetingTypeId: id, query, position });
    },
    ndaSample: async ({ params }) => {
      const { type } = await find(params.hostSlug, params.meetingTypeSlug);
      if (!type.template) throw new Refused('not_found');
      return ndaText.preview(type.template);
    },
  };
}

type SlotsAsked = {
  meetingTypeId: string;
  query: { from: string; to: string; timeZone: string; durationMinutes?: number | undefined };
  position: number;
  exceptBookingId?: string;
};

/** Free slots of a meeting type, under the dates of the asked zone. `position` was read before, so that no fact after it is missed. */
export async function readSlots(parts: ApiParts, { meetingTypeId, query, position, exceptBookingId }: SlotsAsked) {
  const from = new Date(query.from);
  const to = new Date(query.to);
  if (to.getTime() - from.getTime() > rangeMaxMs) throw new Refused('range_too_long', { errors: [tooLong] });
  if (to < from) throw new Refused('validation_failed', { errors: [reversed] });
  const availability = await readAvailability(
    parts.database,
    meetingTypeId,
    { from, to },
    {
      ...(query.durationMinutes !== undefined && { durationMinutes: query.durationMinutes }),
      ...(exceptBookingId !== undefined && { exceptBookingId }),
    },
  );
  if (!availability) throw new Refused('not_found');
  if (!availability.offersDuration) throw new Refused('validation_failed', { errors: [notOffered] });
  const slots = freeSlots(availability.question, { from: from.getTime(), to: to.getTime() });
  return {
    timeZone: query.timeZone,
    durationMinutes: availability.question.rules.durationMinutes,
    days: present.slotDays(
      slots.map(({ startsAt }) => startsAt),
      query.timeZone,
    ),
    position,
    serverTime: new Date(availability.question.now).toISOString(),
  };
}

const tooLong = { field: 'query.to', code: 'range_too_long', message: 'Ask for at most 366 days at a time.' };
const reversed = { field: 'query.to', code: 'reversed', message: 'The end of the range is before its beginning.' };
const notOffered = {
  field: 'query.durationMinutes',
  code: 'not_offered',
  message: 'This meeting type has no such duration.',
};

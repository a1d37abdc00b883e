import type { z } from 'zod';
import type { MeetingTypePage } from '#contract/public-pages.ts';
import { freeSlots } from '#domain/slots/free.ts';
import { validUntil } from '#domain/slots/valid-until.ts';
import { readAvailability, type Which } from '#db/queries/availability.ts';
import { findPublicHost, findPublicType, publicTypesOf } from '#db/queries/public-pages.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import type { PreparedJson } from '../prepared-json.ts';
import { completed, type RememberedSlots } from '../slots-memory.ts';
import type { SlotsShortcut } from '../slots-shortcut.ts';

const rangeMaxMs = 366 * 86_400_000;

type PageHandlers = Pick<Handlers, 'hostPage' | 'meetingTypePage' | 'slots' | 'ndaSample'>;

/** What anybody may see of a host. */
export function guestPages(parts: ApiParts, shortcut: SlotsShortcut): PageHandlers {
  const { database, ndaText } = parts;
  return {
    hostPage: async ({ params }) => {
      const host = await findPublicHost(database, params.hostSlug);
      if (!host) throw new Refused('not_found');
      const types = await publicTypesOf(database, host.id);
      return { host: present.publicHost(host), meetingTypes: types.map(present.publicMeetingType) };
    },
    meetingTypePage: ({ params }) => readMeetingTypePage(parts, params),
    slots: ({ params, query, response }) => {
      shortcut.learn(response, keyOf(params, query));
      return slotsAnswer(parts, params, query);
    },
    ndaSample: async ({ params }) => {
      const { type } = await find(parts, params);
      if (!type.template) throw new Refused('not_found');
      return ndaText.preview(type.template);
    },
  };
}

type Path = { hostSlug: string; meetingTypeSlug: string };

async function find({ database }: ApiParts, { hostSlug, meetingTypeSlug }: Path) {
  const host = await findPublicHost(database, hostSlug);
  const type = host && (await findPublicType(database, host.id, meetingTypeSlug));
  if (!type) throw new Refused('not_found');
  return { host, type };
}

export async function readMeetingTypePage(parts: ApiParts, path: Path): Promise<z.input<typeof MeetingTypePage>> {
  const { host, type } = await find(parts, path);
  return {
    host: present.publicHost(host),
    meetingType: present.publicMeetingType(type),
    liveRoom: host.id,
    serverTime: parts.clock.now().toISOString(),
  };
}

/** From memory when it is known, with the position and the clock of this moment. */
export async function slotsAnswer(parts: ApiParts, path: Path, query: SlotsAsked['query']): Promise<PreparedJson> {
  const { relay, slotsMemory } = parts;
  const key = keyOf(path, query);
  const position = relay.position();
  const remembered = slotsMemory.get(key, parts.clock.now().getTime());
  if (remembered) return completed(remembered, position, parts.clock.now());
  const mark = slotsMemory.mark();
  const which = { hostSlug: path.hostSlug, slug: path.meetingTypeSlug };
  const read = await readSlots(parts, { which, query });
  const head = Buffer.from(JSON.stringify(read.answer).slice(0, -1));
  const answer: RememberedSlots = { hostId: read.hostId, head, validUntil: read.validUntil };
  slotsMemory.keep(key, answer, mark);
  return completed(answer, position, parts.clock.now());
}

const keyOf = ({ hostSlug, meetingTypeSlug }: Path, query: SlotsAsked['query']): string =>
  [hostSlug, meetingTypeSlug, query.from, query.to, query.timeZone, query.durationMinutes].join('|');

type SlotsAsked = {
  which: Which;
  query: { from: string; to: string; timeZone: string; durationMinutes?: number | undefined };
  exceptBookingId?: string;
};

/** Free slots of a meeting type, under the dates of the asked zone: one round trip to the database. */
export async function readSlots(parts: ApiParts, { which, query, exceptBookingId }: SlotsAsked) {
  const range = readRange(query);
  const availability = await readAvailability(parts.database, which, range, {
    ...(query.durationMinutes !== undefined && { durationMinutes: query.durationMinutes }),
    ...(exceptBookingId !== undefined && { exceptBookingId }),
  });
  if (!availability) throw new Refused('not_found');
  if (!availability.offersDuration) throw new Refused('validation_failed', { errors: [notOffered] });
  const { question, hostId } = availability;
  const slots = freeSlots(question, { from: range.from.getTime(), to: range.to.getTime() });
  const days = present.slotDays(
    slots.map(({ startsAt }) => startsAt),
    query.timeZone,
  );
  const answer = { timeZone: query.timeZone, durationMinutes: question.rules.durationMinutes, days };
  return { hostId, answer, validUntil: validUntil(question, slots) };
}

function readRange(query: { from: string; to: string }): { from: Date; to: Date } {
  const from = new Date(query.from);
  const to = new Date(query.to);
  if (to.getTime() - from.getTime() > rangeMaxMs) throw new Refused('range_too_long', { errors: [tooLong] });
  if (to < from) throw new Refused('validation_failed', { errors: [reversed] });
  return { from, to };
}

const tooLong = { field: 'query.to', code: 'range_too_long', message: 'Ask for at most 366 days at a time.' };
const reversed = { field: 'query.to', code: 'reversed', message: 'The end of the range is before its beginning.' };
const notOffered = {
  field: 'query.durationMinutes',
  code: 'not_offered',
  message: 'This meeting type has no such duration.',
};

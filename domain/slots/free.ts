import { dayMs, minuteMs, mondayOf } from '#domain/time/dates.ts';
import { availableDaysSought, lastAvailableDay } from './booking-window.ts';
import { dayAt, readSchedule, startOfDay } from './calendar.ts';
import type { SlotRange, SlotsQuestion } from './input.ts';
import { assertBounded } from './input.ts';
import { hasLimits } from './limits.ts';
import { partiesOf, partySlots } from './party.ts';
import type { Party, PartySlots } from './party.ts';

/** A start that can be booked now, by which hosts, and how many seats are left there. */
export type Slot = {
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly seatsLeft: number;
  /** Hosts who are free: one or more of a round robin, all of a collective. */
  readonly hostIds: readonly string[];
};

/**
 * The free starts with from ≤ start < to, ascending. What a viewer's zone is never matters.
 * The claims and busy times given must cover `claimsNeeded(question, range)`.
 * Throws RangeError for an unknown zone, a range over 366 days, or a duration or interval under a minute.
 */
export function freeSlots(question: SlotsQuestion, range: SlotRange): Slot[] {
  assertBounded(question.rules, range);
  const last = lastBookableDay(question, range);
  const slots = slotsOf(question, range);
  if (last === Infinity) return slots;
  const calendar = readSchedule(question.hosts[0]!.schedule);
  return slots.filter((slot) => dayAt(calendar, slot.startsAt) <= last);
}

/** Whether `freeSlots` would list this start: the one check of whoever is about to claim it. */
export function isOffered(question: SlotsQuestion, startsAt: number): boolean {
  return freeSlots(question, { from: startsAt, to: startsAt + 1 }).length > 0;
}

/**
 * With a window of available days, the last day that can be booked, by the first host's calendar; without one,
 * Infinity. Such a window is counted from now on, whatever range is asked.
 */
export function lastBookableDay(question: SlotsQuestion, range: SlotRange): number {
  const window = question.rules.bookingWindow;
  const host = question.hosts[0];
  if (window.kind !== 'rollingAvailable' || host === undefined) return Infinity;
  const calendar = readSchedule(host.schedule);
  const to = Math.min(range.to, question.now + availableDaysSought * dayMs);
  const days = slotsOf(question, { from: question.now, to }).map((slot) => dayAt(calendar, slot.startsAt));
  return lastAvailableDay(window, days, dayAt(calendar, question.now));
}

/**
 * The span that claims and busy times must be known for (those that overlap it, buffers included), to answer for a
 * range.
 */
export function claimsNeeded(question: SlotsQuestion, range: SlotRange): SlotRange {
  const { rules, now } = question;
  let from = rules.bookingWindow.kind === 'rollingAvailable' ? Math.min(range.from, now) : range.from;
  let to = range.to;
  if (hasLimits(rules)) {
    for (const { schedule } of question.hosts) {
      const calendar = readSchedule(schedule);
      from = Math.min(from, startOfDay(calendar, mondayOf(dayAt(calendar, from))));
      to = Math.max(to, startOfDay(calendar, mondayOf(dayAt(calendar, to)) + 7));
    }
  }
  return {
    from: from - rules.bufferBeforeMinutes * minuteMs,
    to: to + (rules.durationMinutes + rules.bufferAfterMinutes) * minuteMs,
  };
}

function slotsOf(question: SlotsQuestion, range: SlotRange): Slot[] {
  const [first, ...others] = partiesOf(question);
  if (first === undefined) return [];
  const nobody: Free = { before: null, hostIds: [] };
  let drafts = draftsOf(partySlots(first, question.rules, question, range), withParty(nobody, first));
  for (const party of others)
    drafts = join(drafts, partySlots(party, question.rules, question, range), party, withParty(nobody, party));
  return drafts.map(({ startsAt, seatsLeft, free }) => ({ startsAt, seatsLeft, hostIds: hostIdsOf(free) }));
}

/**
 * Who is free at a start: a party, and those before it. Starts at which the same hosts are free share one, so that fifty hosts cost no list
 * of fifty for each of their starts.
 */
type Free = {
  readonly before: Free | null;
  readonly hostIds: readonly string[];
  all?: readonly string[];
  last?: { readonly party: Party; readonly free: Free };
};
type DraftSlot = { readonly startsAt: number; seatsLeft: number; free: Free };

/** Parties come one after another: the one that was added last is the one that is asked for again. */
function withParty(free: Free, party: Party): Free {
  if (free.last?.party !== party) {
    const hostIds = party.hosts.map((host) => host.facts.hostId);
    free.last = { party, free: { before: free, hostIds } };
  }
  return free.last.free;
}

function hostIdsOf(free: Free): readonly string[] {
  if (free.all) return free.all;
  const parts: (readonly string[])[] = [];
  for (let each: Free | null = free; each !== null; each = each.before) parts.push(each.hostIds);
  return (free.all = parts.reverse().flat());
}

const draftsOf = (found: PartySlots, free: Free): DraftSlot[] =>
  found.starts.map((startsAt, index) => ({ startsAt, seatsLeft: found.seatsLeft[index]!, free }));

/** Joins a party's starts into an ascending list. Several hosts at one start: any of them will do, and their seats add up. */
function join(drafts: DraftSlot[], found: PartySlots, party: Party, alone: Free): DraftSlot[] {
  const added: DraftSlot[] = [];
  let next = 0;
  for (let index = 0; index < found.starts.length; index += 1) {
    const startsAt = found.starts[index]!;
    while (next < drafts.length && drafts[next]!.startsAt < startsAt) next += 1;
    const same = drafts[next];
    const seatsLeft = found.seatsLeft[index]!;
    if (same?.startsAt === startsAt) {
      same.seatsLeft += seatsLeft;
      same.free = withParty(same.free, party);
    } else {
      added.push({ startsAt, seatsLeft, free: alone });
    }
  }
  return added.length === 0 ? drafts : [...drafts, ...added].sort((a, b) => a.startsAt - b.startsAt);
}

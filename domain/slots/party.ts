import { dayMs, minuteMs } from '#domain/time/dates.ts';
import type { BookableDays } from './booking-window.ts';
import { bookableDays, everyDay } from './booking-window.ts';
import type { Calendar } from './calendar.ts';
import { dayAt, readSchedule, startOfDay } from './calendar.ts';
import type { Asking, Claim } from './claims.ts';
import { isInTheWay, isSameSession } from './claims.ts';
import { startsOn } from './grid.ts';
import type { HostFacts, SlotRange, SlotsQuestion } from './input.ts';
import { brokenLimits, countMeetings, hasLimits } from './limits.ts';
import type { MeetingRules } from './rules.ts';
import type { Grid } from './windows.ts';
import { commonWindows, gridsOf } from './windows.ts';

/**
 * Hosts who must all be free at once: one host, or all of a collective meeting. The grid restarts at the first one's
 * midnights.
 */
export type Party = { readonly hosts: readonly PartyHost[] };
export type PartyHost = { readonly facts: HostFacts; readonly calendar: Calendar };

/** The starts that a party can offer, and the seats left at each. */
export type PartySlots = { readonly starts: readonly number[]; readonly seatsLeft: readonly number[] };

export function partiesOf(question: SlotsQuestion): Party[] {
  const hosts = question.hosts.map((facts) => ({ facts, calendar: readSchedule(facts.schedule) }));
  if (hosts.length === 0) return [];
  return question.mode === 'collective' ? [{ hosts }] : hosts.map((host) => ({ hosts: [host] }));
}

export function gridsAround(party: Party, rules: MeetingRules, range: SlotRange): Grid[] {
  const calendars = party.hosts.map((host) => host.calendar);
  return gridsOf(calendars[0]!, commonWindows(calendars, range.from, range.to + rules.durationMinutes * minuteMs));
}

/**
 * The grid's starts without those that notice, booking window, claims, busy times and limits take away. Cost: the
 * starts of the range, plus, for each claim or busy time that touches the range, a binary search among them.
 */
export function partySlots(party: Party, rules: MeetingRules, asking: Asking, range: SlotRange): PartySlots {
  const asked = bookableRange(party, rules, asking, range);
  if (asked.from >= asked.to) return { starts: [], seatsLeft: [] };
  const starts = startsOn(gridsAround(party, rules, asked), rules, asked.from, asked.to);
  if (starts.length === 0) return { starts: [], seatsLeft: [] };
  const taken = new Int32Array(starts.length + 1);
  const seatsUsed = rules.seatsPerSlot > 1 ? new Int32Array(starts.length) : null;
  for (const host of party.hosts) takeAway(host, starts, rules, asking, taken, seatsUsed);
  return collect(starts, taken, seatsUsed, rules.seatsPerSlot);
}

/**
 * The part of the range that notice leaves, and roughly what the booking window does; exact days are checked start by
 * start.
 */
function bookableRange(party: Party, rules: MeetingRules, asking: Asking, range: SlotRange): SlotRange {
  let from = Math.max(range.from, asking.now + rules.noticeMinutes * minuteMs);
  let to = range.to;
  for (const { calendar } of party.hosts) {
    const days = bookableDays(rules.bookingWindow, calendar, asking.now);
    if (days.first > days.last) return { from, to: from };
    if (Number.isFinite(days.first)) from = Math.max(from, startOfDay(calendar, days.first) - dayMs);
    if (Number.isFinite(days.last)) to = Math.min(to, startOfDay(calendar, days.last + 1) + dayMs);
  }
  return { from, to };
}

function takeAway(
  host: PartyHost,
  starts: readonly number[],
  rules: MeetingRules,
  asking: Asking,
  taken: Int32Array,
  seatsUsed: Int32Array | null,
): void {
  const beforeMs = rules.bufferBeforeMinutes * minuteMs;
  const afterMs = (rules.durationMinutes + rules.bufferAfterMinutes) * minuteMs;
  for (const busy of host.facts.busy) {
    if (busy.startsAt < busy.endsAt) take(starts, taken, busy.startsAt - afterMs, busy.endsAt + beforeMs);
  }
  const ownSeats = seatsUsed === null ? null : new Int32Array(starts.length);
  const [first, last] = [starts[0]!, starts[starts.length - 1]!];
  for (const claim of host.facts.claims) {
    const until = claim.endsAt + (claim.bufferAfterMinutes + rules.bufferBeforeMinutes) * minuteMs;
    const after = claim.startsAt - claim.bufferBeforeMinutes * minuteMs - afterMs;
    if (until <= first || after >= last || after >= until || !isInTheWay(claim, asking)) continue;
    take(starts, taken, after, until);
    if (ownSeats !== null) seat(claim, starts, rules, asking, taken, ownSeats);
  }
  if (seatsUsed !== null) ownSeats?.forEach((seats, index) => (seatsUsed[index] = Math.max(seatsUsed[index]!, seats)));
  takeDays(host, starts, rules, asking, taken, ownSeats);
}

/** Takes the starts strictly between two instants: marks where the taking begins (+1) and ends (−1). */
function take(starts: readonly number[], taken: Int32Array, after: number, until: number): void {
  const begin = firstFrom(starts, after + 1, 0);
  if (begin === starts.length || starts[begin]! >= until) return;
  taken[begin]! += 1;
  let end = begin + 1;
  if (end < starts.length && starts[end]! < until) end = firstFrom(starts, until, end);
  taken[end]! -= 1;
}

/** A claim of the session that begins at one of the starts does not take that start, but a seat of it. */
function seat(
  claim: Claim,
  starts: readonly number[],
  rules: MeetingRules,
  asking: Asking,
  taken: Int32Array,
  seats: Int32Array,
): void {
  const index = firstFrom(starts, claim.startsAt, 0);
  if (starts[index] !== claim.startsAt || !isSameSession(claim, claim.startsAt, rules, asking)) return;
  taken[index]! -= 1;
  taken[index + 1]! += 1;
  seats[index]! += 1;
}

/**
 * Takes the starts on days outside the booking window, and those that would break a limit. Who joins a session adds no
 * meeting.
 */
function takeDays(
  host: PartyHost,
  starts: readonly number[],
  rules: MeetingRules,
  asking: Asking,
  taken: Int32Array,
  seats: Int32Array | null,
): void {
  const days: BookableDays = bookableDays(rules.bookingWindow, host.calendar, asking.now);
  const limited = hasLimits(rules);
  if (days === everyDay && !limited) return;
  const [first, last] = [starts[0]!, starts[starts.length - 1]!];
  const counts = countMeetings(host.calendar, host.facts.claims, rules, asking, first - 8 * dayMs, last + 8 * dayMs);
  let [day, refused] = [NaN, false];
  starts.forEach((start, index) => {
    const startDay = dayAt(host.calendar, start);
    if (startDay !== day) {
      day = startDay;
      refused = limited && brokenLimits(counts, rules, day).length > 0;
    }
    if (day >= days.first && day <= days.last && !(refused && (seats?.[index] ?? 0) === 0)) return;
    taken[index]! += 1;
    taken[index + 1]! -= 1;
  });
}

function collect(
  starts: readonly number[],
  taken: Int32Array,
  seatsUsed: Int32Array | null,
  seatsPerSlot: number,
): { starts: number[]; seatsLeft: number[] } {
  const free: number[] = [];
  const seatsLeft: number[] = [];
  let claims = 0;
  for (let index = 0; index < starts.length; index += 1) {
    claims += taken[index]!;
    const seats = seatsPerSlot - (seatsUsed === null ? 0 : seatsUsed[index]!);
    if (claims > 0 || seats < 1) continue;
    free.push(starts[index]!);
    seatsLeft.push(seats);
  }
  return { starts: free, seatsLeft };
}

/** Index of the first start at or after an instant, looking from `low` on. */
function firstFrom(starts: readonly number[], instant: number, low: number): number {
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { BusyInterval, Claim } from '#domain/slots/claims.ts';
import type { HostFacts, SlotRange, SlotsQuestion } from '#domain/slots/input.ts';
import type { BookingWindow, MeetingRules } from '#domain/slots/rules.ts';
import type { DateSpan, Schedule } from '#domain/slots/schedule.ts';
import { busyTimesOf } from './ics.ts';
import type {
  CaseAway,
  CaseBooking,
  CaseEvent,
  CaseHold,
  CaseHost,
  CaseInput,
  CaseSchedule,
  SlotCase,
} from './format.ts';

/** What a case asks, in the engine's words. */
export function questionOf({ input }: SlotCase): { question: SlotsQuestion; range: SlotRange } {
  const { hosts, mode, ...host } = { ...input, mode: input.event.mode };
  const range = { from: instant(input.range.from), to: instant(input.range.to) };
  const question: SlotsQuestion = {
    hosts: (hosts ?? [host]).map((facts, index) => hostOf(facts, `host-${index + 1}`, input)),
    rules: rulesOf(input.event),
    now: instant(input.now),
  };
  if (mode != null) question.mode = mode;
  if (input.viewerId != null) question.viewerId = input.viewerId;
  return { question, range };
}

function instant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${text}`);
  return ms;
}

function rulesOf(event: CaseEvent): MeetingRules {
  const rules: MeetingRules = {
    durationMinutes: event.durationMin,
    offsetMinutes: event.offsetStartMin ?? 0,
    bufferBeforeMinutes: event.bufferBeforeMin ?? 0,
    bufferAfterMinutes: event.bufferAfterMin ?? 0,
    noticeMinutes: event.minNoticeMin ?? 0,
    bookingWindow: bookingWindowOf(event.horizon),
    limits: Object.fromEntries(Object.entries(event.limits ?? {}).filter(([, limit]) => limit != null)),
    seatsPerSlot: event.seatsPerSlot ?? 1,
  };
  if (event.intervalMin != null) rules.intervalMinutes = event.intervalMin;
  return rules;
}

function bookingWindowOf(horizon: CaseEvent['horizon']): BookingWindow {
  if (horizon == null) return { kind: 'none' };
  const { type, days = 0, from = '0001-01-01', to = '9999-12-31', businessDaysOnly = false } = horizon;
  if (type === 'rolling') return { kind: 'rolling', days, businessDaysOnly };
  if (type === 'rollingAvailableDays') return { kind: 'rollingAvailable', days, businessDaysOnly };
  if (type === 'range') return { kind: 'dates', from, to };
  throw new RangeError(`unknown horizon: ${type}`);
}

function hostOf(facts: CaseHost, hostId: string, input: CaseInput): HostFacts {
  if (facts.schedule === undefined) throw new RangeError(`${hostId} has no schedule`);
  const { schedule, away } = scheduleOf(facts.schedule);
  const outside =
    facts.ics == null
      ? (facts.busy ?? []).map((span) => ({ startsAt: instant(span.start), endsAt: instant(span.end) }))
      : busyTimesOf(facts.ics, schedule.timeZone, input);
  const bookings = (facts.bookings ?? []).filter(isLive).map((booking) => claimOf(booking, input.event));
  const holds = (facts.holds ?? []).map((hold) => holdOf(hold, input));
  return { hostId, schedule, busy: [...outside, ...away], claims: [...bookings, ...holds] };
}

function scheduleOf(given: CaseSchedule): { schedule: Schedule; away: BusyInterval[] } {
  const { outOfOffice = [] } = given;
  const spans = (Array.isArray(outOfOffice) ? outOfOffice : Object.keys(outOfOffice)).map(awayOf);
  const schedule: Schedule = {
    timeZone: given.timeZone,
    weekly: given.weekly ?? {},
    overrides: (given.overrides ?? []).map(({ date, windows }) => ({ date, windows: windows ?? [] })),
    outOfOffice: spans.filter((span) => 'from' in span),
    travel: (given.travel ?? []).map(({ from, to, timeZone }) =>
      to == null ? { from, timeZone } : { from, to, timeZone },
    ),
  };
  return { schedule, away: spans.filter((span) => 'startsAt' in span) };
}

/** Away for dates closes them; away from instant to instant is time taken elsewhere. */
function awayOf(away: CaseAway): DateSpan | BusyInterval {
  if (typeof away === 'string') return { from: away, to: away };
  const from = away.date ?? away.from ?? away.start ?? '';
  const to = away.date ?? away.to ?? away.end ?? from;
  return from.includes('T') ? { startsAt: instant(from), endsAt: instant(to) } : { from, to };
}

function isLive(booking: CaseBooking): boolean {
  return booking.status == null || booking.status === 'confirmed' || booking.status === 'pending';
}

/** Own buffers where the booking says them; else those of the event it was booked through. */
function claimOf(booking: CaseBooking, event: CaseEvent): Claim {
  const claim: Claim = {
    startsAt: instant(booking.start),
    endsAt: instant(booking.end),
    bufferBeforeMinutes: booking.bufferBeforeMin ?? event.bufferBeforeMin ?? 0,
    bufferAfterMinutes: booking.bufferAfterMin ?? event.bufferAfterMin ?? 0,
  };
  if (booking.eventType != null) claim.meetingTypeId = booking.eventType;
  return claim;
}

function holdOf(hold: CaseHold, input: CaseInput): Claim {
  const claim = {
    ...claimOf(hold, input.event),
    expiresAt: hold.expiresAt == null ? Infinity : instant(hold.expiresAt),
  };
  return hold.owner == null ? claim : { ...claim, viewerId: hold.owner };
}

import ICAL from 'ical.js';
import { dayMs } from '#domain/time/dates.ts';
import type { Frequency, RecurrenceRule } from '#domain/time/recurrence.ts';
import { utcClock } from './ics-zones.ts';
import type { ClockByTzid, WallClock } from './ics-zones.ts';

/** A DATE or DATE-TIME as written: wall clock milliseconds, and the clock they are read on. */
export type Moment = { wallMs: number; isDate: boolean; clock: WallClock };

/** RFC 5545 3.3.6: days and weeks are nominal (they follow the wall clock), the rest is elapsed time. */
export type Length = { days: number; ms: number };

export function momentsOf(property: ICAL.Property, clocks: ClockByTzid): Moment[] {
  const tzid = property.getFirstParameter('tzid') ?? null;
  return property
    .getValues()
    .flatMap((value: unknown) => (value instanceof ICAL.Time ? [momentOf(value, tzid, clocks)] : []));
}

export function momentOf(time: ICAL.Time, tzid: string | null, clocks: ClockByTzid): Moment {
  const wall = new Date(0);
  wall.setUTCFullYear(time.year, time.month - 1, time.day);
  if (!time.isDate) wall.setUTCHours(time.hour, time.minute, time.second);
  const clock = time.isDate ? clocks(null) : time.zone === ICAL.Timezone.utcTimezone ? utcClock : clocks(tzid);
  return { wallMs: wall.getTime(), isDate: time.isDate, clock };
}

export function instantOf({ wallMs, isDate, clock }: Moment): number {
  return isDate ? clock.startOfDate(wallMs / dayMs) : clock.toInstant(wallMs);
}

/** When something of this length, begun at this moment, ends. */
export function endOf(start: Moment, length: Length): number {
  return instantOf({ ...start, wallMs: start.wallMs + length.days * dayMs }) + length.ms;
}

export function lengthOf(duration: ICAL.Duration): Length {
  const sign = duration.isNegative ? -1 : 1;
  const seconds = duration.hours * 3600 + duration.minutes * 60 + duration.seconds;
  return { days: sign * (duration.weeks * 7 + duration.days), ms: sign * seconds * 1000 };
}

const weekdayNames = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const frequencies: readonly string[] = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'];

/**
 * Throws RangeError for a rule that RFC 5545 does not know. UNTIL becomes wall clock time of the start; as a date, it
 * includes that date.
 */
export function ruleOf(recur: ICAL.Recur, start: Moment): RecurrenceRule {
  const parts = recur.parts as Record<string, (number | string)[] | undefined>;
  const numbers = (name: string): number[] => (parts[name] ?? []).map(Number);
  if (!frequencies.includes(recur.freq)) throw new RangeError(`unknown FREQ: ${recur.freq}`);
  const rule: RecurrenceRule = {
    frequency: recur.freq as Frequency,
    interval: recur.interval,
    months: numbers('BYMONTH'),
    weekNumbers: numbers('BYWEEKNO'),
    yearDays: numbers('BYYEARDAY'),
    monthDays: numbers('BYMONTHDAY'),
    weekdays: (parts['BYDAY'] ?? []).map((text) => weekdayOf(String(text))),
    hours: numbers('BYHOUR'),
    minutes: numbers('BYMINUTE'),
    seconds: numbers('BYSECOND'),
    setPositions: numbers('BYSETPOS'),
    weekStart: (recur.wkst + 5) % 7,
  };
  if (typeof recur.count === 'number') rule.count = recur.count;
  if (recur.until instanceof ICAL.Time) rule.untilMs = untilOf(recur.until, start);
  return rule;
}

function weekdayOf(text: string): { weekday: number; ordinal: number } {
  const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text.toUpperCase());
  if (match === null) throw new RangeError(`unknown BYDAY: ${text}`);
  return { weekday: weekdayNames.indexOf(match[2]!), ordinal: Number(match[1] ?? 0) };
}

function untilOf(until: ICAL.Time, start: Moment): number {
  const { wallMs, isDate, clock } = momentOf(until, null, () => start.clock);
  if (start.isDate) return Math.floor(wallMs / dayMs) * dayMs;
  if (isDate) return wallMs + dayMs - 1;
  return clock === utcClock ? start.clock.toWall(wallMs) : wallMs;
}

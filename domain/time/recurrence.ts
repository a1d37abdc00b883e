import { dayMs, minuteMs } from './dates.ts';
import { matchesDate, withDefaults } from './recurrence-dates.ts';

/**
 * RFC 5545 3.3.10, RRULE. Weekdays are 0 = Monday … 6 = Sunday; an ordinal of 0 means every such weekday. Empty lists
 * say nothing. `untilMs` is wall clock time like everything here: whoever reads UNTIL in UTC converts it first.
 */
export type RecurrenceRule = {
  frequency: Frequency;
  interval: number;
  count?: number;
  untilMs?: number;
  months: readonly number[];
  weekNumbers: readonly number[];
  yearDays: readonly number[];
  monthDays: readonly number[];
  weekdays: readonly { weekday: number; ordinal: number }[];
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
  setPositions: readonly number[];
  weekStart: number;
};

export type Frequency = 'YEARLY' | 'MONTHLY' | 'WEEKLY' | 'DAILY' | 'HOURLY' | 'MINUTELY' | 'SECONDLY';

/** So many periods are looked through before a rule is given up: a daily one with a COUNT, for five centuries. */
const periodsMax = 200_000;

const unitMs: Partial<Record<Frequency, number>> = { HOURLY: 60 * minuteMs, MINUTELY: minuteMs, SECONDLY: 1000 };

/**
 * The wall clock times (milliseconds as if UTC) that a rule gives in order, the start first, up to `toMs` (excluded).
 * The start always is the first of the set and counts towards COUNT. Without COUNT, periods long before `fromMs` are
 * skipped; occurrences before it may still come. Throws RangeError when the rule needs more periods than anyone has a
 * use for.
 */
export function* occurrences(rule: RecurrenceRule, startMs: number, fromMs: number, toMs: number): Generator<number> {
  const last = Math.min(toMs - 1, rule.untilMs ?? Infinity);
  if (startMs > last || rule.interval < 1) return;
  yield startMs;
  const filled = withDefaults(rule, startMs);
  const skipped = rule.count === undefined ? periodsBefore(rule, startMs, fromMs) : 0;
  let left = (rule.count ?? Infinity) - 1;
  for (let index = skipped; index < skipped + periodsMax; index += 1) {
    const days = periodDays(rule, startMs, index);
    const begins = days === null ? subDayPeriod(rule, startMs, index) : days.first * dayMs;
    if (begins > last) return;
    for (const time of timesIn(filled, startMs, begins, days)) {
      if (time <= startMs) continue;
      if (time > last || left < 1) return;
      left -= 1;
      yield time;
    }
  }
  throw new RangeError(`a recurrence rule of more than ${periodsMax} periods`);
}

type DaysOfPeriod = { readonly first: number; readonly count: number };

function periodDays(rule: RecurrenceRule, startMs: number, index: number): DaysOfPeriod | null {
  const start = new Date(startMs);
  const startDay = Math.floor(startMs / dayMs);
  const steps = index * rule.interval;
  switch (rule.frequency) {
    case 'YEARLY':
      return daysBetween(dayOf(start.getUTCFullYear() + steps, 0), dayOf(start.getUTCFullYear() + steps + 1, 0));
    case 'MONTHLY': {
      const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + steps];
      return daysBetween(dayOf(year, month), dayOf(year, month + 1));
    }
    case 'WEEKLY': {
      const weekday = (((startDay + 3 - rule.weekStart) % 7) + 7) % 7;
      return { first: startDay - weekday + 7 * steps, count: 7 };
    }
    case 'DAILY':
      return { first: startDay + steps, count: 1 };
    default:
      return null;
  }
}

function daysBetween(first: number, next: number): DaysOfPeriod {
  return { first, count: next - first };
}

function dayOf(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1) / dayMs;
}

function subDayPeriod(rule: RecurrenceRule, startMs: number, index: number): number {
  const unit = unitMs[rule.frequency]!;
  return Math.floor(startMs / unit) * unit + index * rule.interval * unit;
}

/** Periods that end before `fromMs`, a few less. */
function periodsBefore(rule: RecurrenceRule, startMs: number, fromMs: number): number {
  const lengths: Record<Frequency, number> = {
    YEARLY: 366 * dayMs,
    MONTHLY: 31 * dayMs,
    WEEKLY: 7 * dayMs,
    DAILY: dayMs,
    HOURLY: 60 * minuteMs,
    MINUTELY: minuteMs,
    SECONDLY: 1000,
  };
  return Math.max(0, Math.floor((fromMs - startMs) / (lengths[rule.frequency] * rule.interval)) - 2);
}

function timesIn(rule: RecurrenceRule, startMs: number, begins: number, days: DaysOfPeriod | null): number[] {
  const times: number[] = [];
  if (days === null) {
    if (matchesDate(rule, Math.floor(begins / dayMs))) times.push(...timesWithin(rule, startMs, begins));
  } else {
    for (let day = days.first; day < days.first + days.count; day += 1) {
      if (matchesDate(rule, day)) times.push(...timesOfDay(rule, startMs, day));
    }
  }
  return rule.setPositions.length === 0 ? times : positions(rule.setPositions, times);
}

function timesOfDay(rule: RecurrenceRule, startMs: number, day: number): number[] {
  const start = new Date(startMs);
  const times: number[] = [];
  for (const hour of orElse(rule.hours, start.getUTCHours())) {
    for (const minute of orElse(rule.minutes, start.getUTCMinutes())) {
      for (const second of orElse(rule.seconds, start.getUTCSeconds())) {
        times.push(day * dayMs + hour * 60 * minuteMs + minute * minuteMs + second * 1000);
      }
    }
  }
  return times;
}

/** A period shorter than a day: what is longer than it limits, what is shorter expands. */
function timesWithin(rule: RecurrenceRule, startMs: number, begins: number): number[] {
  const [at, start] = [new Date(begins), new Date(startMs)];
  if (!allows(rule.hours, at.getUTCHours())) return [];
  if (rule.frequency === 'SECONDLY') {
    return allows(rule.minutes, at.getUTCMinutes()) && allows(rule.seconds, at.getUTCSeconds()) ? [begins] : [];
  }
  const seconds = orElse(rule.seconds, start.getUTCSeconds());
  if (rule.frequency === 'MINUTELY') {
    return allows(rule.minutes, at.getUTCMinutes()) ? seconds.map((second) => begins + second * 1000) : [];
  }
  return orElse(rule.minutes, start.getUTCMinutes()).flatMap((minute) =>
    seconds.map((second) => begins + minute * minuteMs + second * 1000),
  );
}

function orElse(values: readonly number[], value: number): readonly number[] {
  return values.length === 0 ? [value] : [...new Set(values)].sort((a, b) => a - b);
}

function allows(values: readonly number[], value: number): boolean {
  return values.length === 0 || values.includes(value);
}

function positions(wanted: readonly number[], times: readonly number[]): number[] {
  const found = wanted.map((position) => times.at(position > 0 ? position - 1 : position));
  return [...new Set(found.filter((time) => time !== undefined))].sort((a, b) => a - b);
}

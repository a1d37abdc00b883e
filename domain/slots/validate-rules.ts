import { parseDate } from '#domain/time/dates.ts';
import type { BookingWindow, MeetingRules } from './rules.ts';
import type { FieldIssue } from './validate.ts';
import { issue } from './validate.ts';

/** Smallest and largest value of each number, in the unit that its name says; all are whole. */
export const ruleBounds = {
  durationMinutes: [5, 1440],
  intervalMinutes: [5, 1440],
  offsetMinutes: [0, 1439],
  bufferBeforeMinutes: [0, 1440],
  bufferAfterMinutes: [0, 1440],
  noticeMinutes: [0, 527_040],
  seatsPerSlot: [1, 1000],
} as const satisfies Partial<Record<keyof MeetingRules, readonly [number, number]>>;

export const limitBounds = {
  perDay: [1, 1000],
  perWeek: [1, 1000],
  minutesPerDay: [1, 1440],
} as const satisfies Record<keyof MeetingRules['limits'], readonly [number, number]>;

/** Days of a rolling window: today alone is 0 days ahead; a window of available days has at least one. */
export const rollingDaysMax = 1100;

/** Everything that is wrong with a meeting type's rules; empty when they can be used. */
export function validateRules(rules: MeetingRules): FieldIssue[] {
  return [
    ...Object.entries(ruleBounds).flatMap(([name, bounds]) =>
      numberIssues(name, rules[name as keyof typeof ruleBounds], bounds),
    ),
    ...Object.entries(limitBounds).flatMap(([name, bounds]) =>
      numberIssues(`limits.${name}`, rules.limits[name as keyof typeof limitBounds], bounds),
    ),
    ...bookingWindowIssues(rules.bookingWindow),
  ];
}

function numberIssues(field: string, value: number | undefined, [min, max]: readonly [number, number]): FieldIssue[] {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return [];
  return [issue(field, 'number_invalid', `A whole number from ${min} to ${max}.`)];
}

function bookingWindowIssues(window: BookingWindow): FieldIssue[] {
  switch (window.kind) {
    case 'none':
      return [];
    case 'rolling':
      return numberIssues('bookingWindow.days', window.days, [0, rollingDaysMax]);
    case 'rollingAvailable':
      return numberIssues('bookingWindow.days', window.days, [1, rollingDaysMax]);
    case 'dates':
      return datesIssues(window);
  }
}

function datesIssues({ from, to }: { from: string; to: string }): FieldIssue[] {
  const [first, last] = [parseDate(from), parseDate(to)];
  if (first === null) return [issue('bookingWindow.from', 'date_invalid', 'Dates are YYYY-MM-DD.')];
  if (last === null) return [issue('bookingWindow.to', 'date_invalid', 'Dates are YYYY-MM-DD.')];
  return last < first ? [issue('bookingWindow', 'dates_reversed', 'The last date is before the first.')] : [];
}

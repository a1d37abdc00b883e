import { dayMs, parseDate, parseTimeOfDay } from '#domain/time/dates.ts';
import { isTimeZone } from '#domain/time/zones.ts';
import type { SlotRange } from './input.ts';
import { rangeDaysMax } from './input.ts';
import type { DateSpan, Schedule, TimeWindow, TravelSpan } from './schedule.ts';
import { weekdays } from './schedule.ts';

/** What is wrong with one field; `field` is a dotted path, `code` is stable, `message` is for people. */
export type FieldIssue = { field: string; code: FieldIssueCode; message: string };
export type FieldIssueCode =
  | 'time_zone_unknown'
  | 'weekday_unknown'
  | 'time_invalid'
  | 'window_empty'
  | 'window_reversed'
  | 'window_starts_next_day'
  | 'date_invalid'
  | 'dates_reversed'
  | 'override_repeated'
  | 'travel_overlaps'
  | 'blackouts_overlap'
  | 'too_many'
  | 'range_reversed'
  | 'range_too_long'
  | 'instant_invalid'
  | 'number_invalid';

/** A schedule may list this much of each kind. */
export const windowsPerDateMax = 24;
export const datesMax = 1000;

/** Everything that is wrong with a schedule; empty when it can be used. */
export function validateSchedule(schedule: Schedule): FieldIssue[] {
  return [
    ...zoneIssues('timeZone', schedule.timeZone),
    ...Object.entries(schedule.weekly).flatMap(([weekday, windows]) => weekdayIssues(weekday, windows)),
    ...overrideIssues(schedule),
    ...listIssues('blackouts', schedule.blackouts ?? [], spanIssues),
    ...listIssues('outOfOffice', schedule.outOfOffice ?? [], spanIssues),
    ...listIssues('travel', schedule.travel ?? [], travelSpanIssues),
    ...overlapIssues('blackouts', schedule.blackouts ?? [], [
      'blackouts_overlap',
      'Two closures cover the same dates.',
    ]),
    ...overlapIssues('travel', schedule.travel ?? [], ['travel_overlaps', 'Two travels cover the same dates.']),
  ];
}

/** A range of instants to list slots in: not reversed, not over 366 days. */
export function validateRange(range: SlotRange): FieldIssue[] {
  const issues = (['from', 'to'] as const)
    .filter((end) => !Number.isInteger(range[end]) || Math.abs(range[end]) > 8.64e15 - 400 * dayMs)
    .map((end) => issue(end, 'instant_invalid', 'This is not an instant.'));
  if (issues.length > 0) return issues;
  if (range.to <= range.from) return [issue('to', 'range_reversed', 'The range ends before it starts.')];
  if (range.to - range.from <= rangeDaysMax * dayMs) return [];
  return [issue('to', 'range_too_long', `Ask for at most ${rangeDaysMax} days at a time.`)];
}

export function issue(field: string, code: FieldIssueCode, message: string): FieldIssue {
  return { field, code, message };
}

function zoneIssues(field: string, timeZone: string): FieldIssue[] {
  return isTimeZone(timeZone)
    ? []
    : [issue(field, 'time_zone_unknown', 'This time zone is not known; use an IANA name.')];
}

function weekdayIssues(weekday: string, windows: readonly TimeWindow[] | undefined): FieldIssue[] {
  const field = `weekly.${weekday}`;
  if (!(weekdays as readonly string[]).includes(weekday)) {
    return [issue(field, 'weekday_unknown', `Days are ${weekdays.join(', ')}.`)];
  }
  return windowListIssues(field, windows ?? []);
}

function windowListIssues(field: string, windows: readonly TimeWindow[]): FieldIssue[] {
  if (windows.length > windowsPerDateMax) {
    return [issue(field, 'too_many', `At most ${windowsPerDateMax} windows a day.`)];
  }
  return windows.flatMap((window, index) => windowIssues(`${field}.${index}`, window));
}

function windowIssues(field: string, [startText, endText]: TimeWindow): FieldIssue[] {
  const [start, end] = [parseTimeOfDay(startText), parseTimeOfDay(endText)];
  if (start === null) return [issue(`${field}.0`, 'time_invalid', 'Times are HH:MM.')];
  if (end === null)
    return [issue(`${field}.1`, 'time_invalid', 'Times are HH:MM, up to 48:00 for the end of the next day.')];
  if (start >= 1440) return [issue(`${field}.0`, 'window_starts_next_day', 'A window starts before 24:00.')];
  if (start === end) return [issue(field, 'window_empty', 'The window ends where it starts.')];
  if (start < end) return [];
  const message = 'The window ends before it starts. Past midnight, go on counting: 26:00 is 02:00 the next day.';
  return [issue(field, 'window_reversed', message)];
}

function overrideIssues(schedule: Schedule): FieldIssue[] {
  const seen = new Set<string>();
  return listIssues('overrides', schedule.overrides ?? [], ({ date, windows }, field) => {
    if (parseDate(date) === null) return [issue(`${field}.date`, 'date_invalid', 'Dates are YYYY-MM-DD.')];
    if (seen.has(date))
      return [issue(`${field}.date`, 'override_repeated', 'There is another override for this date.')];
    seen.add(date);
    return windowListIssues(`${field}.windows`, windows);
  });
}

function listIssues<T>(
  name: string,
  list: readonly T[],
  issuesOf: (item: T, field: string) => FieldIssue[],
): FieldIssue[] {
  if (list.length > datesMax) return [issue(name, 'too_many', `At most ${datesMax} entries.`)];
  return list.flatMap((item, index) => issuesOf(item, `${name}.${index}`));
}

function spanIssues(span: DateSpan, field: string): FieldIssue[] {
  const [from, to] = [parseDate(span.from), parseDate(span.to)];
  if (from === null) return [issue(`${field}.from`, 'date_invalid', 'Dates are YYYY-MM-DD.')];
  if (to === null) return [issue(`${field}.to`, 'date_invalid', 'Dates are YYYY-MM-DD.')];
  return to < from ? [issue(field, 'dates_reversed', 'The last date is before the first.')] : [];
}

function travelSpanIssues(travel: TravelSpan, field: string): FieldIssue[] {
  const { from, to = from, timeZone } = travel;
  return [...spanIssues({ from, to }, field), ...zoneIssues(`${field}.timeZone`, timeZone)];
}

/** Sorted by their first date, none may begin before the one before it has ended. */
function overlapIssues(
  name: string,
  spans: readonly { from: string; to?: string }[],
  [code, message]: readonly [FieldIssueCode, string],
): FieldIssue[] {
  if (spans.length > datesMax) return [];
  const sorted = spans.map((span, index) => ({ ...span, index })).sort((a, b) => (a.from < b.from ? -1 : 1));
  return sorted.flatMap((span, position) => {
    const before = sorted[position - 1];
    if (before === undefined || (before.to !== undefined && before.to < span.from)) return [];
    return [issue(`${name}.${span.index}`, code, message)];
  });
}

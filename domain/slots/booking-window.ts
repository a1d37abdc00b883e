import { parseDate, weekdayOf } from '#domain/time/dates.ts';
import type { Calendar } from './calendar.ts';
import { dayAt } from './calendar.ts';
import type { BookingWindow } from './rules.ts';

/** First and last day (host's calendar days) that can be booked. */
export type BookableDays = { readonly first: number; readonly last: number };

export const everyDay: BookableDays = { first: -Infinity, last: Infinity };

/** How far a rolling window of available days looks for them. */
export const availableDaysSought = 366;

/** The days that the window opens at `now`. Available days depend on the slots themselves: see `lastAvailableDay`. */
export function bookableDays(window: BookingWindow, calendar: Calendar, now: number): BookableDays {
  switch (window.kind) {
    case 'none':
    case 'rollingAvailable':
      return everyDay;
    case 'rolling': {
      const today = dayAt(calendar, now);
      const last = window.businessDaysOnly === true ? addBusinessDays(today, window.days) : today + window.days;
      return { first: today, last };
    }
    case 'dates':
      return { first: parseDate(window.from) ?? Infinity, last: parseDate(window.to) ?? -Infinity };
  }
}

/** The nth available day, of days in ascending order; with fewer than `days`, the last one that is sought. */
export function lastAvailableDay(
  window: Extract<BookingWindow, { kind: 'rollingAvailable' }>,
  availableDays: Iterable<number>,
  today: number,
): number {
  let [counted, latest] = [0, -Infinity];
  for (const day of availableDays) {
    if (day === latest || (window.businessDaysOnly === true && weekdayOf(day) > 4)) continue;
    latest = day;
    counted += 1;
    if (counted === window.days) return day;
  }
  return today + availableDaysSought - 1;
}

/** The day by which `count` more business days have begun: Monday to Friday; public holidays are not known here. */
function addBusinessDays(day: number, count: number): number {
  const friday = day - Math.max(0, weekdayOf(day) - 4);
  let last = friday + Math.floor(count / 5) * 7;
  for (let left = count % 5; left > 0;) {
    last += 1;
    if (weekdayOf(last) < 5) left -= 1;
  }
  return Math.max(day, last);
}

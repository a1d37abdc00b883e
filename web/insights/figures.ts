import type { Insights } from '#contract/insights.ts';
import { addDays, weekdayOf, type LocalDate } from '../time/calendar.ts';

export type Day = Insights['days'][number];
/** A bar's worth of time, named by its first day. */
export type Period = Day;

export const rangesDays = [7, 30, 90, 365] as const;
export type RangeDays = (typeof rangesDays)[number];

/** The days that end today. */
export function rangeOf(today: LocalDate, days: RangeDays): { from: LocalDate; to: LocalDate } {
  return { from: addDays(today, 1 - days), to: today };
}

/** More bars than this cannot be told apart on a phone. */
const barsMax = 45;

/** Days as they are, or summed to weeks (from Monday) when there are too many. */
export function periods(days: readonly Day[]): { unit: 'day' | 'week'; periods: Period[] } {
  if (days.length <= barsMax) return { unit: 'day', periods: [...days] };
  const weeks = new Map<LocalDate, Period>();
  for (const day of days) {
    const monday = addDays(day.date, 1 - weekdayOf(day.date));
    const week = weeks.get(monday);
    weeks.set(monday, week === undefined ? { ...day, date: monday } : added(week, day));
  }
  return { unit: 'week', periods: [...weeks.values()] };
}

export function total(days: readonly Day[]): Omit<Day, 'date'> {
  const none = { date: '', views: 0, held: 0, toSign: 0, signed: 0, confirmed: 0, completed: 0, noShow: 0 };
  return days.reduce(added, none);
}

function added(one: Day, other: Day): Day {
  return {
    date: one.date,
    views: one.views + other.views,
    held: one.held + other.held,
    toSign: one.toSign + other.toSign,
    signed: one.signed + other.signed,
    confirmed: one.confirmed + other.confirmed,
    completed: one.completed + other.completed,
    noShow: one.noShow + other.noShow,
  };
}

export type Step = { name: 'views' | 'held' | 'signed' | 'confirmed'; count: number; share: number | null };

/**
 * From opening the page to a confirmed booking. `share` is of the step before, null where there was none; who signs are those who had
 * something to sign. Without any NDA, signing is no step.
 */
export function conversion(days: readonly Day[]): Step[] {
  const { views, held, toSign, signed, confirmed } = total(days);
  const step = (name: Step['name'], count: number, of: number): Step => ({
    name,
    count,
    // Whoever came by another way than the page (the API, an old tab) held a time without a view.
    share: of === 0 ? null : Math.min(1, count / of),
  });
  return [
    { name: 'views', count: views, share: null },
    step('held', held, views),
    ...(toSign > 0 ? [step('signed', signed, toSign)] : []),
    step('confirmed', confirmed, held),
  ];
}

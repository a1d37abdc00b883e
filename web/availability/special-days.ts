import type { ScheduleRules } from '#contract/schedules.ts';
import { addDays, type LocalDate } from '../time/calendar.ts';
import { dateName } from '../time/format.ts';
import type { Window } from './weekdays.ts';

/** Whole days, both ends included. */
export type Span = { from: LocalDate; to: LocalDate };
export type SpecialDay = {
  /** What counts on a day: its usual hours, others, or none; being away counts more than other hours. */
  hours: 'usual' | 'other' | 'closed';
  /** Of a day with other hours. */
  windows: Window[];
  note: string;
  /** The zone that the hours are in on that day; null: the schedule's own. */
  zone: string | null;
};

/** What a schedule's exceptions make of one date. */
export function specialDay(rules: ScheduleRules, date: LocalDate): SpecialDay {
  const away = rules.blackouts.find(covers(date));
  const override = rules.overrides.find((one) => one.date === date);
  const windows = override?.windows ?? [];
  return {
    hours:
      away !== undefined || (override !== undefined && windows.length === 0) ? 'closed' : override ? 'other' : 'usual',
    windows: away === undefined ? windows : [],
    note: away?.note ?? '',
    zone: rules.travel.find(covers(date))?.timeZone ?? null,
  };
}

/** Takes exceptions away again: the weekly hours count on these dates. */
export function asUsual(rules: ScheduleRules, span: Span): ScheduleRules {
  return {
    ...rules,
    overrides: rules.overrides.filter(({ date }) => !covers(date)(span)),
    blackouts: without(rules.blackouts, span),
  };
}

/** Closes whole days. */
export function closeDays(rules: ScheduleRules, span: Span, note: string): ScheduleRules {
  const cleared = asUsual(rules, span);
  const away = note.trim() === '' ? span : { ...span, note: note.trim() };
  return { ...cleared, blackouts: [...cleared.blackouts, away].sort(byFirstDay) };
}

/** Gives each of these dates the same hours of its own. */
export function setHours(rules: ScheduleRules, span: Span, windows: Window[]): ScheduleRules {
  const cleared = asUsual(rules, span);
  const own = datesOf(span).map((date) => ({ date, windows }));
  return { ...cleared, overrides: [...cleared.overrides, ...own].sort((a, b) => (a.date < b.date ? -1 : 1)) };
}

/** On these dates the hours are in another zone; null: in the schedule's own. */
export function travelTo(rules: ScheduleRules, span: Span, timeZone: string | null): ScheduleRules {
  const home = without(rules.travel, span);
  return { ...rules, travel: timeZone === null ? home : [...home, { ...span, timeZone }].sort(byFirstDay) };
}

export type SpecialEntry = Span & { kind: 'other' | 'closed' | 'travel'; windows: Window[]; detail: string };

/** Every exception as one entry, by its first day; neighbouring dates with the same hours are one. */
export function specialEntries(rules: ScheduleRules): SpecialEntry[] {
  const entries: SpecialEntry[] = [];
  for (const { date, windows } of rules.overrides) {
    const last = entries.at(-1);
    const isMore = last?.to === addDays(date, -1) && JSON.stringify(last.windows) === JSON.stringify(windows);
    if (isMore) last.to = date;
    else entries.push({ from: date, to: date, kind: windows.length === 0 ? 'closed' : 'other', windows, detail: '' });
  }
  const away = rules.blackouts.map(({ from, to, note = '' }) => ({ ...closed, from, to, detail: note }));
  const travel = rules.travel.map(({ from, to, timeZone }) => ({
    ...closed,
    kind: 'travel' as const,
    from,
    to,
    detail: timeZone,
  }));
  return [...entries, ...away, ...travel].sort(byFirstDay);
}
const closed = { kind: 'closed' as const, windows: [] };

/** Without what one of the entries above says. */
export function dropEntry(rules: ScheduleRules, entry: SpecialEntry): ScheduleRules {
  return entry.kind === 'travel' ? travelTo(rules, entry, null) : asUsual(rules, entry);
}

const covers =
  (date: LocalDate) =>
  ({ from, to }: Span): boolean =>
    from <= date && date <= to;
const byFirstDay = (a: Span, b: Span): number => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0);

/** Spans with these dates cut out; what reaches over an end of them stays on the other side. */
function without<T extends Span>(spans: readonly T[], { from, to }: Span): T[] {
  return spans.flatMap((span) => {
    if (span.to < from || span.from > to) return [span];
    const before = span.from < from ? [{ ...span, to: addDays(from, -1) }] : [];
    const after = span.to > to ? [{ ...span, from: addDays(to, 1) }] : [];
    return [...before, ...after];
  });
}

/** `Tue 24 Nov`, or `Tue 24 Nov – Fri 27 Nov`. */
export function spanName({ from, to }: Span, locale: string): string {
  const name = (date: LocalDate) => dateName(date, locale, 'short');
  return from === to ? name(from) : `${name(from)} – ${name(to)}`;
}

export function datesOf({ from, to }: Span): LocalDate[] {
  const dates: LocalDate[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

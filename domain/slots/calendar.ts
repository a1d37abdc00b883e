import { dayMs, parseDate, parseTimeOfDay, weekdayOf } from '#domain/time/dates.ts';
import { dateAt, dateExistsIn, startOfDateIn, zoneTable } from '#domain/time/zones.ts';
import type { ZoneTable } from '#domain/time/zones.ts';
import { weekdays } from './schedule.ts';
import type { DateSpan, Schedule, TimeWindow } from './schedule.ts';

/** [start, end) in minutes since the date's midnight on the wall clock. */
export type WallWindow = { readonly start: number; readonly end: number };

export type DaySpan = { readonly from: number; readonly to: number };
export type ClosedSpan = DaySpan & { readonly why: 'blackout' | 'out_of_office' };

/** A schedule read once: dates as day numbers, windows as minutes, merged and sorted. */
export type Calendar = {
  readonly timeZone: string;
  /** By weekday, Monday first. */
  readonly weekly: readonly (readonly WallWindow[])[];
  readonly overrides: ReadonlyMap<number, readonly WallWindow[]>;
  readonly closed: readonly ClosedSpan[];
  readonly travel: readonly (DaySpan & { readonly timeZone: string })[];
};

/**
 * Reads a schedule. What no schedule may contain (see `validateSchedule`) opens nothing: a window that ends where it
 * starts or before, a date that does not exist. An unknown zone throws RangeError when the calendar is asked for times.
 */
export function readSchedule(schedule: Schedule): Calendar {
  return {
    timeZone: schedule.timeZone,
    weekly: weekdays.map((weekday) => readWindows(schedule.weekly[weekday] ?? [])),
    overrides: readOverrides(schedule),
    closed: [
      ...readSpans(schedule.blackouts ?? []).map((span) => ({ ...span, why: 'blackout' as const })),
      ...readSpans(schedule.outOfOffice ?? []).map((span) => ({ ...span, why: 'out_of_office' as const })),
    ],
    travel: (schedule.travel ?? []).flatMap(({ from, to, timeZone }) =>
      readSpans([{ from, to: to ?? '9999-12-31' }]).map((span) => ({ ...span, timeZone })),
    ),
  };
}

function readOverrides(schedule: Schedule): Map<number, WallWindow[]> {
  const windowsByDay = new Map<number, TimeWindow[]>();
  for (const { date, windows } of schedule.overrides ?? []) {
    const day = parseDate(date);
    if (day !== null) windowsByDay.set(day, [...(windowsByDay.get(day) ?? []), ...windows]);
  }
  return new Map([...windowsByDay].map(([day, windows]) => [day, readWindows(windows)]));
}

function readSpans(spans: readonly DateSpan[]): DaySpan[] {
  return spans.flatMap((span) => {
    const [from, to] = [parseDate(span.from), parseDate(span.to)];
    return from === null || to === null || to < from ? [] : [{ from, to }];
  });
}

function readWindows(windows: readonly TimeWindow[]): WallWindow[] {
  const read: WallWindow[] = [];
  for (const [startText, endText] of windows) {
    const [start, end] = [parseTimeOfDay(startText), parseTimeOfDay(endText)];
    if (start !== null && end !== null && start < end && start < 1440) read.push({ start, end });
  }
  read.sort((a, b) => a.start - b.start);
  return mergeTouching(read);
}

function mergeTouching(sorted: readonly WallWindow[]): WallWindow[] {
  const merged: WallWindow[] = [];
  for (const window of sorted) {
    const last = merged[merged.length - 1];
    if (last === undefined || window.start > last.end) merged.push(window);
    else if (window.end > last.end) merged[merged.length - 1] = { start: last.start, end: window.end };
  }
  return merged;
}

/** The zone that the host's clock shows on a date. Of overlapping travels the last one listed. */
export function zoneOn(calendar: Calendar, day: number): string {
  for (let i = calendar.travel.length - 1; i >= 0; i -= 1) {
    const travel = calendar.travel[i]!;
    if (travel.from <= day && day <= travel.to) return travel.timeZone;
  }
  return calendar.timeZone;
}

export function closedOn(calendar: Calendar, day: number): ClosedSpan | undefined {
  return calendar.closed.find((span) => span.from <= day && day <= span.to);
}

/** Whether the date's hours are said for this very date: then nothing of the evening before reaches into it. */
export function isSpecial(calendar: Calendar, day: number): boolean {
  return calendar.overrides.has(day) || closedOn(calendar, day) !== undefined;
}

/** The date's own windows. A closed date has none, and neither has a date that the zone skipped. */
export function windowsOn(calendar: Calendar, day: number): readonly WallWindow[] {
  if (closedOn(calendar, day) !== undefined) return [];
  const windows = calendar.overrides.get(day) ?? calendar.weekly[weekdayOf(day)]!;
  return windows.length === 0 || dateExistsIn(tableOn(calendar, day), day) ? windows : [];
}

export function tableOn(calendar: Calendar, day: number): ZoneTable {
  return zoneTable(zoneOn(calendar, day), day * dayMs);
}

/** The first instant of the host's date. */
export function startOfDay(calendar: Calendar, day: number): number {
  return startOfDateIn(tableOn(calendar, day), day);
}

/**
 * The host's calendar day at an instant: the local date, or, for a host who travels, the last date that has begun in
 * the zone it is spent in.
 */
export function dayAt(calendar: Calendar, instant: number): number {
  const local = dateAt(calendar.timeZone, instant);
  if (calendar.travel.length === 0) return local;
  for (let day = local + 2; day > local - 2; day -= 1) {
    if (startOfDay(calendar, day) <= instant) return day;
  }
  return local - 2;
}

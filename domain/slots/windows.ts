import { dayMs, minuteMs } from '#domain/time/dates.ts';
import type { Interval } from '#domain/time/intervals.ts';
import { intersect, union } from '#domain/time/intervals.ts';
import { dateAt, resolveIn, zoneTable } from '#domain/time/zones.ts';
import type { Calendar } from './calendar.ts';
import { dayAt, isSpecial, startOfDay, windowsOn, zoneOn } from './calendar.ts';

/**
 * Dates read before and after the asked time, so that a window that reaches into it is known from its start: a window
 * lasts up to two dates, a zone is up to a date away from UTC, and a grid looks back two dates (see `gridsOf`).
 */
const datesBefore = 5;
const datesAfter = 4;

/**
 * A piece of an open window with a grid of its own: starts are `anchor` (+ offset) + k × interval, before `until`; a
 * meeting may last until `end`, the end of the whole window.
 */
export type Grid = { readonly anchor: number; readonly until: number; readonly end: number };

/**
 * When the host is open, from well before `from` to well after `to`: sorted, disjoint, touching windows joined. Windows
 * are joined on the wall clock first, so that a seam in a clock change leaves no hole, then as instants (Apia's 29 and
 * 31 December 2011 touch).
 */
export function openWindows(calendar: Calendar, from: number, to: number): Interval[] {
  const open: Interval[] = [];
  let current: { timeZone: string; startMs: number; endMs: number } | null = null;
  const close = (): void => {
    if (current === null) return;
    const start = resolveIn(zoneTable(current.timeZone, current.startMs), current.startMs);
    const end = resolveIn(zoneTable(current.timeZone, current.endMs), current.endMs);
    if (start < end) open.push({ start, end });
  };
  const last = dateAt(calendar.timeZone, to) + datesAfter;
  for (let day = dateAt(calendar.timeZone, from) - datesBefore; day <= last; day += 1) {
    const windows = windowsOn(calendar, day);
    if (windows.length === 0) continue;
    const timeZone = zoneOn(calendar, day);
    const latest = isSpecial(calendar, day + 1) ? 1440 : 2880;
    for (const window of windows) {
      const startMs = day * dayMs + window.start * minuteMs;
      const endMs = day * dayMs + Math.min(window.end, latest) * minuteMs;
      if (current !== null && current.timeZone === timeZone && startMs <= current.endMs) {
        current.endMs = Math.max(current.endMs, endMs);
        continue;
      }
      close();
      current = { timeZone, startMs, endMs };
    }
  }
  close();
  return union(open);
}

/** When all of several hosts are open. */
export function commonWindows(calendars: readonly Calendar[], from: number, to: number): Interval[] {
  return calendars.map((calendar) => openWindows(calendar, from, to)).reduce((a, b) => intersect(a, b));
}

/**
 * A grid starts where its window starts, and runs on across midnight. After a date that was open from its first to its
 * last instant it starts again at midnight: otherwise an always open schedule would have no start at all, and would
 * shift with each clock change.
 */
export function gridsOf(calendar: Calendar, windows: readonly Interval[]): Grid[] {
  const grids: Grid[] = [];
  for (const { start, end } of windows) {
    let anchor = start;
    for (const midnight of midnightsAfterOpenDates(calendar, start, end)) {
      grids.push({ anchor, until: midnight, end });
      anchor = midnight;
    }
    grids.push({ anchor, until: end, end });
  }
  return grids;
}

function midnightsAfterOpenDates(calendar: Calendar, start: number, end: number): number[] {
  const midnights: number[] = [];
  if (end - start <= dayMs / 2) return midnights;
  let opens = startOfDay(calendar, dayAt(calendar, start));
  for (let day = dayAt(calendar, start) + 1; opens < end; day += 1) {
    const next = startOfDay(calendar, day);
    if (start <= opens && opens < next && next < end) midnights.push(next);
    opens = Math.max(opens, next);
  }
  return midnights;
}

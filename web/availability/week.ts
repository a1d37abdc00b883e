import { weekdayOf, type LocalDate } from '../time/calendar.ts';
import { weekdays, type Weekday, type Weekly, type Window } from './weekdays.ts';

/** The weekly hours as half-hour cells, for drawing and painting: 48 a day. */
export const cellsPerDay = 48;
const cellMinutes = 30;

export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
export const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Whether a cell is open from its start to its end. */
export function isOpen(windows: readonly Window[], cell: number): boolean {
  const [from, to] = [cell * cellMinutes, (cell + 1) * cellMinutes];
  return windows.some(([start, end]) => minutesOf(start) <= from && minutesOf(end) >= to);
}

/** An end past midnight counts on (26:00); a clock shows it as 02:00. */
export const shownEnd = (end: string): string => timeOf(minutesOf(end) % 1440);

/** What somebody means who types an end: after the start, on the next day if need be. */
export function endAfter(start: string, typed: string): string {
  const end = minutesOf(typed);
  return timeOf(end > minutesOf(start) ? end : end + 1440);
}

/** Opens or closes cells of a day; hours that do not fall on half hours keep their ends where nothing was painted. */
export function paint(windows: readonly Window[], from: number, to: number, open: boolean): Window[] {
  const [start, end] = [Math.min(from, to) * cellMinutes, (Math.max(from, to) + 1) * cellMinutes];
  const spans = windows.map(([a, b]): [number, number] => [minutesOf(a), minutesOf(b)]);
  const outside = spans.flatMap(([a, b]): [number, number][] => [
    [a, Math.min(b, start)],
    [Math.max(a, end), b],
  ]);
  const next = [...outside.filter(([a, b]) => b > a), ...(open ? [[start, end] as [number, number]] : [])];
  return merge(next).map(([a, b]) => [timeOf(a), timeOf(b)]);
}

function merge(spans: [number, number][]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** Hours are fit to be saved when each has a length and none overlap within the day. */
export function windowsFit(windows: readonly Window[]): boolean {
  const spans = windows.map(([a, b]): [number, number] => [minutesOf(a), minutesOf(b)]).sort((a, b) => a[0] - b[0]);
  return spans.every(([start, end], index) => end > start && (index === 0 || start >= (spans[index - 1]?.[1] ?? 0)));
}

/** The next hour free to be added on a day, after what is there. */
export function nextWindow(windows: readonly Window[]): Window {
  if (windows.length === 0) return ['09:00', '17:00'];
  const last = Math.max(...windows.map(([, end]) => minutesOf(end)));
  const start = Math.min(last + 60, 23 * 60);
  return [timeOf(start), timeOf(start + 60)];
}

/** The weekly hours of a date, or an office day where it has none: a start for hours of its own. */
export function usualWindows(weekly: Weekly, date: LocalDate): Window[] {
  const usual = weekly[weekdays[weekdayOf(date) - 1] ?? 'mon'];
  return usual.length > 0 ? usual.map(([a, b]): Window => [a, b]) : [nextWindow([])];
}

/** One day's hours on every other working day. */
export function copyToWorkdays(weekly: Weekly, from: Weekday): Weekly {
  const copied = weekdays.slice(0, 5).map((day) => [day, weekly[from].map(([a, b]): Window => [a, b])]);
  return { ...weekly, ...(Object.fromEntries(copied) as Partial<Weekly>) };
}

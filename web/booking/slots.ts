import type { LocalDate, Month } from '../time/calendar.ts';
import { addDays, shiftMonth } from '../time/calendar.ts';
import { dateIn } from '../time/zones.ts';

/** Free starts by date in the guest's zone. */
export type Days = ReadonlyMap<LocalDate, readonly string[]>;
export type Interval = { from: string; to: string };
export type Shape = { durationMinutes: number; bufferBeforeMinutes: number; bufferAfterMinutes: number };
/** What a public room tells, with its place in the stream. */
export type SlotChange = Interval & { position: number; state: 'held' | 'confirmed' | 'released' };

const minuteMs = 60_000;

/** Whether a meeting that starts then, its buffers included, would touch the interval; both are half-open. */
export function collides(start: string, shape: Shape, { from, to }: Interval): boolean {
  const startMs = Date.parse(start);
  const beginMs = startMs - shape.bufferBeforeMinutes * minuteMs;
  const endMs = startMs + (shape.durationMinutes + shape.bufferAfterMinutes) * minuteMs;
  return beginMs < Date.parse(to) && endMs > Date.parse(from);
}

/** The days without the starts that an interval takes away, and those starts. */
export function without(days: Days, shape: Shape, interval: Interval): { days: Days; taken: string[] } {
  const taken: string[] = [];
  const left = new Map<LocalDate, readonly string[]>();
  for (const [date, starts] of days) {
    const free = starts.filter((start) => !collides(start, shape, interval));
    if (free.length < starts.length) taken.push(...starts.filter((start) => !free.includes(start)));
    if (free.length > 0) left.set(date, free);
  }
  return { days: taken.length > 0 ? left : days, taken };
}

/** A month's days out of a snapshot replace those known before; other months stay. */
export function withMonth(days: Days, month: Month, snapshot: { date: LocalDate; slots: string[] }[]): Days {
  const next = new Map([...days].filter(([date]) => !date.startsWith(month)));
  for (const { date, slots } of snapshot) if (date.startsWith(month) && slots.length > 0) next.set(date, slots);
  return new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same starts under the dates that they have in another zone. */
export function byDate(days: readonly { slots: string[] }[], zone: string): { date: LocalDate; slots: string[] }[] {
  const found = new Map<LocalDate, string[]>();
  for (const start of days.flatMap(({ slots }) => slots)) {
    const date = dateIn(zone, new Date(start));
    const known = found.get(date);
    if (known === undefined) found.set(date, [start]);
    else known.push(start);
  }
  return [...found].map(([date, slots]) => ({ date, slots }));
}

/** Every instant of a month in any zone: those reach from UTC+14 to UTC−12. */
export function rangeOf(month: Month): Interval {
  return {
    from: `${addDays(`${month}-01`, -1)}T00:00:00Z`,
    to: `${addDays(`${shiftMonth(month, 1)}-01`, 1)}T00:00:00Z`,
  };
}

/** The free starts closest to one that is gone, in order of the clock. */
export function nearest(days: Days, wanted: string, count: number): string[] {
  const wantedMs = Date.parse(wanted);
  return [...days.values()]
    .flat()
    .filter((start) => start !== wanted)
    .sort((a, b) => Math.abs(Date.parse(a) - wantedMs) - Math.abs(Date.parse(b) - wantedMs))
    .slice(0, count)
    .sort();
}

export function firstDateIn(days: Days, month: Month): LocalDate | null {
  for (const date of [...days.keys()].sort()) if (date.startsWith(month)) return date;
  return null;
}

import { minuteMs } from '#domain/time/dates.ts';
import type { MeetingRules } from './rules.ts';
import { intervalOf } from './rules.ts';
import type { Grid } from './windows.ts';

/** The starts in [from, to) at which a meeting fits into its window, ascending. Nothing is taken away yet. */
export function startsOn(grids: readonly Grid[], rules: MeetingRules, from: number, to: number): number[] {
  const starts: number[] = [];
  const intervalMs = intervalOf(rules) * minuteMs;
  for (const grid of grids) {
    if (grid.until <= from || grid.anchor >= to) continue;
    const first = grid.anchor + rules.offsetMinutes * minuteMs;
    const end = Math.min(to, grid.until, grid.end - rules.durationMinutes * minuteMs + 1);
    const skipped = Math.max(0, Math.ceil((from - first) / intervalMs));
    for (let start = first + skipped * intervalMs; start < end; start += intervalMs) starts.push(start);
  }
  return starts;
}

/** The grid whose starts surround this time, if the host is open then. */
export function gridAt(grids: readonly Grid[], instant: number): Grid | undefined {
  return grids.find((grid) => grid.anchor <= instant && instant < grid.until);
}

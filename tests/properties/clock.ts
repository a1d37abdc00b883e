/**
 * A zone's clock as a plain table, minute by minute, read from the runtime: no offsets, no transitions, no arithmetic
 * shared with the engine. Instants and wall clock times are whole minutes since 1970.
 */
export type ClockTable = {
  firstMinute: number;
  /** What the wall clock shows at firstMinute + index. */
  wall: number[];
  /** The first minute at which the wall clock showed a time. */
  firstShown: Map<number, number>;
  /** The first minute of each local date (day number). */
  firstOfDate: Map<number, number>;
};

export function readClock(timeZone: string, fromMinute: number, toMinute: number): ClockTable {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const table: ClockTable = { firstMinute: fromMinute, wall: [], firstShown: new Map(), firstOfDate: new Map() };
  for (let minute = fromMinute; minute < toMinute; minute += 1) {
    const [, month, day, year, hour, min] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/
      .exec(format.format(minute * 60_000))!
      .map(Number);
    const wall = Date.UTC(year!, month! - 1, day, hour, min) / 60_000;
    table.wall.push(wall);
    if (!table.firstShown.has(wall)) table.firstShown.set(wall, minute);
    const date = Math.floor(wall / 1440);
    if (!table.firstOfDate.has(date)) table.firstOfDate.set(date, minute);
  }
  return table;
}

/**
 * RFC 5545 3.3.5 by looking: the first time it was shown, or, if never, counted on from the last time shown before it.
 */
export function minuteOf(clock: ClockTable, wall: number): number {
  const shown = clock.firstShown.get(wall);
  if (shown !== undefined) return shown;
  for (let back = 1; back < 3 * 1440; back += 1) {
    const index = clock.wall.lastIndexOf(wall - back);
    if (index >= 0) return clock.firstMinute + index + back;
  }
  throw new Error(`wall clock time ${wall} is outside the table`);
}

export function dateShown(clock: ClockTable, minute: number): number {
  return Math.floor(clock.wall[minute - clock.firstMinute]! / 1440);
}

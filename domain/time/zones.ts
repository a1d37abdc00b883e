import { dayMs } from './dates.ts';

/**
 * A zone's offsets over one span of time, compiled for binary search.
 * `at[i]` is the first instant of `offsets[i]`; `at[0]` is minus infinity. `wallAt[i]` is the first wall clock time (as
 * if it were UTC) that is read with `offsets[i]`: by RFC 5545 3.3.5 a wall time in a gap is read with the offset before
 * the gap, a repeated one is its first occurrence, so the later offset rules only from max(old, new) wall time on.
 */
export type ZoneTable = {
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly at: readonly number[];
  readonly wallAt: readonly number[];
  readonly offsets: readonly number[];
};

const blockYears = 1;
const tablesKept = 4096;
const formats = new Map<string, Intl.DateTimeFormat>();
const tables = new Map<string, Map<number, ZoneTable>>();
let tableCount = 0;
let latest: ZoneTable | undefined;

/** Whether the runtime's zone database knows this name (IANA names and links, any case; no bare offsets). */
export function isTimeZone(timeZone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(timeZone) || timeZone.length > 64) return false;
  if (formats.has(timeZone)) return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/**
 * The zone's offsets around an instant: good for any instant or wall time within three days of the same block of years.
 * The table is a pure function of zone and block (of the runtime's zone database), kept in memory up to a bound. Throws
 * RangeError for an unknown zone or an instant no calendar has.
 */
export function zoneTable(timeZone: string, aroundMs: number): ZoneTable {
  if (latest?.timeZone === timeZone && aroundMs >= latest.fromMs && aroundMs < latest.toMs) return latest;
  const block = Math.floor(new Date(aroundMs).getUTCFullYear() / blockYears);
  if (!Number.isFinite(block)) throw new RangeError(`not an instant: ${aroundMs}`);
  const known = tables.get(timeZone)?.get(block);
  if (known !== undefined) return (latest = known);
  const table = compile(timeZone, Date.UTC(block * blockYears, 0, 1), Date.UTC((block + 1) * blockYears, 0, 1));
  remember(timeZone, block, table);
  return table;
}

function remember(timeZone: string, block: number, table: ZoneTable): void {
  if (tableCount >= tablesKept) {
    tables.clear();
    formats.clear();
    tableCount = 0;
  }
  const ofZone = tables.get(timeZone) ?? new Map<number, ZoneTable>();
  ofZone.set(block, table);
  tables.set(timeZone, ofZone);
  tableCount += 1;
}

/** Milliseconds east of UTC at an instant. */
export function offsetAt(timeZone: string, instant: number): number {
  return offsetIn(zoneTable(timeZone, instant), instant);
}

/** Wall clock time (milliseconds as if it were UTC) → instant, as RFC 5545 3.3.5 reads it. */
export function resolveWall(timeZone: string, wallMs: number): number {
  return resolveIn(zoneTable(timeZone, wallMs), wallMs);
}

/** The local date (day number) at an instant. */
export function dateAt(timeZone: string, instant: number): number {
  return Math.floor((instant + offsetAt(timeZone, instant)) / dayMs);
}

/** The first instant of a local date; for a date that the zone skipped, the instant at which it was skipped. */
export function startOfDate(timeZone: string, day: number): number {
  return startOfDateIn(zoneTable(timeZone, day * dayMs), day);
}

export function offsetIn(table: ZoneTable, instant: number): number {
  return table.offsets[lastAtOrBefore(table.at, instant)]!;
}

export function resolveIn(table: ZoneTable, wallMs: number): number {
  return wallMs - table.offsets[lastAtOrBefore(table.wallAt, wallMs)]!;
}

export function startOfDateIn(table: ZoneTable, day: number): number {
  const wallMs = day * dayMs;
  const index = lastAtOrBefore(table.wallAt, wallMs);
  const instant = wallMs - table.offsets[index]!;
  const next = table.at[index + 1];
  return next === undefined ? instant : Math.min(instant, next);
}

/** False for a date that the zone's clocks jumped over (Pacific/Apia, 2011-12-30). */
export function dateExistsIn(table: ZoneTable, day: number): boolean {
  const start = startOfDateIn(table, day);
  return Math.floor((start + offsetIn(table, start)) / dayMs) === day;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Probes day by day, three days beyond the block on both sides, and pins each change to the second it happens at. */
function compile(timeZone: string, fromMs: number, toMs: number): ZoneTable {
  const at = [-Infinity];
  const wallAt = [-Infinity];
  let offset = probe(timeZone, fromMs - 3 * dayMs);
  const offsets = [offset];
  for (let day = fromMs - 3 * dayMs; day < toMs + 3 * dayMs; day += dayMs) {
    const next = probe(timeZone, day + dayMs);
    if (next === offset) continue;
    const change = pinChange(timeZone, day, day + dayMs, offset);
    at.push(change);
    wallAt.push(change + Math.max(offset, next));
    offsets.push(next);
    offset = next;
  }
  return { timeZone, fromMs, toMs, at, wallAt, offsets };
}

function pinChange(timeZone: string, before: number, after: number, offsetBefore: number): number {
  let [low, high] = [before, after];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (probe(timeZone, middle) === offsetBefore) low = middle;
    else high = middle;
  }
  return high;
}

const shown = /^(\d+)\/(\d+)\/(\d+) \w+, (\d+):(\d+):(\d+)$/;

/** Asks the runtime what the wall clock shows at an instant (`M/D/Y era, H:M:S`); the difference is the offset. */
function probe(timeZone: string, instant: number): number {
  const match = shown.exec(formatFor(timeZone).format(instant));
  if (match === null) throw new Error(`the runtime shows times of ${timeZone} in an unknown form`);
  const wall = new Date(0);
  const year = Number(match[3]);
  wall.setUTCFullYear(match[0].includes('B') ? 1 - year : year, Number(match[1]) - 1, Number(match[2]));
  wall.setUTCHours(Number(match[4]), Number(match[5]), Number(match[6]));
  return wall.getTime() - Math.floor(instant / 1000) * 1000;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

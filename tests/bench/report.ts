import { percentiles } from './load/percentiles.ts';

/**
 * One measured figure beside what it must reach: at most (`better: 'lower'`) or at least. Without a floor it is there
 * to compare with.
 */
export type BenchRow = {
  name: string;
  figure: number;
  unit: string;
  better: 'lower' | 'higher';
  floor?: number;
};

/** Every part of the bench is one file `tests/bench/NAME.ts` that exports `bench` of this type. */
export type Bench = () => Promise<BenchRow[]>;

export function reaches({ figure, floor, better }: BenchRow): boolean {
  return floor === undefined || (better === 'lower' ? figure <= floor : figure >= floor);
}

/** A row for each percentile. */
export function rowsOf(name: string, times: number[], floors: Readonly<Record<string, number>> = {}): BenchRow[] {
  return Object.entries(percentiles(times)).map(([percentile, figure]) => ({
    name: `${name}: ${percentile}`,
    figure,
    unit: 'ms',
    better: 'lower',
    ...(floors[percentile] !== undefined && { floor: floors[percentile] }),
  }));
}

/** A table for people. */
export function tableOf(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map((row) => {
    const sign = row.better === 'lower' ? '≤' : '≥';
    const floor = row.floor === undefined ? '' : `${sign} ${row.floor}  ${reaches(row) ? 'reached' : 'MISSED'}`;
    return `${row.name.padEnd(width)}  ${format(row.figure).padStart(10)} ${row.unit.padEnd(4)}  ${floor}`.trimEnd();
  });
  return lines.join('\n');
}

function format(figure: number): string {
  return figure.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

import type { Wish } from './guests.ts';

/** One line for each phase: what was asked for in it, and what became of that, whenever it did. */
export function tableOf(wishes: readonly Wish[]): string {
  const phases = [...new Set(wishes.map(({ phase }) => phase))];
  const rows = phases.map((phase) =>
    rowOf(
      phase,
      wishes.filter((wish) => wish.phase === phase),
      wishes,
    ),
  );
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('   '),
    )
    .join('\n');
}

const head = [
  'phase',
  'asked',
  'held',
  'confirmed',
  'lost',
  'refused',
  'asked again',
  'hold p50',
  'slowest hold',
  'longest silence',
];

function rowOf(phase: string, of: readonly Wish[], all: readonly Wish[]): string[] {
  const holds = of
    .flatMap(({ askedAt, heldAt }) => (heldAt === undefined ? [] : [heldAt - askedAt]))
    .toSorted((a, b) => a - b);
  const count = (does: (wish: Wish) => boolean) => String(of.filter(does).length);
  return [
    phase,
    String(of.length),
    count((wish) => wish.heldAt !== undefined),
    count((wish) => wish.confirmedAt !== undefined),
    count(isLost),
    count((wish) => wish.heldAt === undefined && wish.trouble !== undefined),
    String(of.reduce((sum, { repeats }) => sum + repeats, 0)),
    seconds(holds[Math.floor(holds.length / 2)] ?? 0),
    seconds(holds.at(-1) ?? 0),
    seconds(longestSilence(of, all)),
  ];
}

/** The product said that the slot is the guest's, and it did not become a booking. */
export function isLost(wish: Wish): boolean {
  return wish.heldAt !== undefined && wish.confirmedAt === undefined;
}

/** The longest time within a phase in which no slot was given to anybody. */
function longestSilence(of: readonly Wish[], all: readonly Wish[]): number {
  const [from, to] = [of[0]?.askedAt ?? 0, Math.max(...of.map(({ heldAt, askedAt }) => heldAt ?? askedAt))];
  const moments = all.flatMap(({ heldAt }) => (heldAt !== undefined && heldAt > from && heldAt < to ? [heldAt] : []));
  const ordered = [from, ...moments.toSorted((a, b) => a - b), to];
  return Math.max(...ordered.map((moment, index) => moment - (ordered[index - 1] ?? moment)));
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

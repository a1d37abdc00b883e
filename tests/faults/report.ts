import { checkNames, type CheckName } from './checker/check.ts';
import type { Violation } from './checker/evidence.ts';
import type { PlanOptions } from './plan/plan.ts';

export type Report = {
  options: PlanOptions;
  seconds: number;
  /** Those that were done: one that found nothing to be done to does not count. */
  operations: { total: number; byKind: Record<string, number>; byOutcome: Record<string, number> };
  faults: { total: number; byKind: Record<string, number>; omitted: Record<string, number> };
  /** What came of it, so that an empty run is not taken for a good one. */
  seen: Record<string, number>;
  violations: ({ check: CheckName } & Violation)[];
  /** What this machine could not do, in sentences. */
  notes: string[];
};

const shown = 40;

/** The report for a person. */
export function textOf(report: Report): string {
  const { options, operations, faults, violations, notes, seen } = report;
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `    ${String(count).padStart(6)}  ${name}`);
  const found = checkNames.map((name) => {
    const count = violations.filter((violation) => violation.check === name).length;
    return `    ${String(count).padStart(6)}  ${name}`;
  });
  return [
    `seed ${options.seed}: ${operations.total} operations, ${faults.total} faults, ${violations.length} violations, in ${report.seconds} s`,
    '  operations',
    ...list(operations.byKind),
    '  their outcomes',
    ...list(operations.byOutcome),
    '  faults',
    ...list(faults.byKind),
    ...(Object.keys(faults.omitted).length > 0 ? ['  planned, and not done', ...list(faults.omitted)] : []),
    '  seen afterwards',
    ...list(seen),
    '  violations',
    ...found,
    ...violations.slice(0, shown).map(({ check, what, about }) => `  ✗ ${check}: ${what} (${about})`),
    ...(violations.length > shown ? [`  … and ${violations.length - shown} more`] : []),
    ...notes.map((note) => `  ! ${note}`),
  ].join('\n');
}

export function countBy<T>(items: Iterable<T>, nameOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}

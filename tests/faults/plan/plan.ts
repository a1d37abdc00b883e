import { chanceOf } from './chance.ts';
import { drawFault, victimOf, type Fault } from './faults.ts';
import { drawOperation, type Operation } from './operations.ts';

export type PlanOptions = {
  seed: number;
  operations: number;
  faults: number;
  /** Over how much time they are spread. */
  minutes: number;
};

export type Step = { atMs: number } & ({ operation: Operation } | { fault: Fault });

/** Before the first and after the last fault: bookings are made and finished in peace too. */
const calmShare = 0.05;
const longestFaultMs = 8_000;

/** Everything that will be done, in order: a pure function of its options. How long each thing takes is up to the machine. */
export function planOf(options: PlanOptions): Step[] {
  const wholeMs = options.minutes * 60_000;
  const chance = chanceOf(options.seed, 'operations');
  const operations = Array.from({ length: options.operations }, (_, index): Step => {
    const atMs = Math.round((wholeMs * (index + chance.below(1000) / 1000)) / options.operations);
    return { atMs, operation: drawOperation(chance, index, options.operations) };
  });
  return [...operations, ...planFaults(options, wholeMs)].sort((a, b) => a.atMs - b.atMs);
}

function planFaults({ seed, faults }: PlanOptions, wholeMs: number): Step[] {
  const chance = chanceOf(seed, 'faults');
  const fromMs = wholeMs * calmShare;
  const everyMs = (wholeMs * (1 - 2 * calmShare)) / Math.max(faults, 1);
  const suffersUntil = new Map<string, number>();
  return Array.from({ length: faults }, (_, index): Step => {
    const atMs = Math.round(fromMs + everyMs * (index + chance.below(1000) / 1000));
    let fault = drawFault(chance, Math.min(longestFaultMs, wholeMs / 8));
    while ((suffersUntil.get(victimOf(fault)) ?? 0) > atMs) fault = drawFault(chance, longestFaultMs);
    suffersUntil.set(victimOf(fault), atMs + ('forMs' in fault ? fault.forMs : 0));
    return { atMs, fault };
  });
}

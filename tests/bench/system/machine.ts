import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export type Machine = {
  node: string;
  processors: number;
  processor: string | undefined;
  /** Share of all processors that was busy in the second before the measurement, in percent. */
  busyPercent: number;
  loadAverage: number;
};

export async function lookAtMachine(): Promise<Machine> {
  const before = processorTimes();
  await sleep(1_000);
  const after = processorTimes();
  const busyPercent = Math.round((100 * (after.busy - before.busy)) / Math.max(1, after.all - before.all));
  const [processor] = cpus();
  return {
    node: process.version,
    processors: cpus().length,
    processor: processor?.model,
    busyPercent,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** Figures of a machine that does something else are not the product's: said beside them, not hidden. */
export function sentenceAbout({ busyPercent, loadAverage, processors, node }: Machine): string {
  const word = busyPercent <= 10 ? 'idle' : busyPercent <= 40 ? 'not idle' : 'BUSY: these figures are too low';
  return `${processors} processors, Node ${node}; ${busyPercent} % busy at the start, load ${loadAverage.toFixed(1)}: ${word}`;
}

function processorTimes(): { busy: number; all: number } {
  const times = cpus().map(({ times }) => times);
  const all = times.flatMap((time) => Object.values(time)).reduce((sum, ms) => sum + ms, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}

import type { EngineFloor } from '../floor/engine.ts';
import type { BenchSystem } from '../system/bench-system.ts';
import { untilQuiet } from '../system/bookings.ts';

/** Before anything is measured: a process that has just started runs its code several times slower. */
const warmUps = 40;
export const alone = 120;

/** How long one bare call takes, and one hold, when nobody else is there: by turns, so that what the machine does beside it meets both. */
export async function timesAlone(
  system: Pick<BenchSystem, 'shared'>,
  floor: EngineFloor,
  hold: () => Promise<void>,
): Promise<{ bare: number[]; held: number[] }> {
  for (let warm = 0; warm < warmUps; warm += 1) await Promise.all([hold(), floor.answer()]);
  const times = { bare: [] as number[], held: [] as number[] };
  const one = async (into: number[], work: () => Promise<void>): Promise<void> => {
    await untilQuiet(system);
    const started = performance.now();
    await work();
    into.push(performance.now() - started);
  };
  for (let turn = 0; turn < alone; turn += 1) {
    await one(times.bare, () => floor.answer());
    await one(times.held, hold);
  }
  return times;
}

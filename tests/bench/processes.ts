import { buildHost, buildMeetingType } from '#tests/people.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';
import { memoryOf } from './system/memory.ts';

const bookings = 50;

/** How long the whole product takes to start, with its programs at hand, and what each process keeps in memory before and after some work. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const atFirst = memoryRows(system, 'just started');
    const host = await buildHost(system);
    const type = await buildMeetingType(system, host, { nda: true });
    const slots = halfHours();
    for (let index = 0; index < bookings; index += 1) await postHold(system, type, slots());
    await untilQuiet(system);
    const start: BenchRow = {
      name: 'start, until everything answers',
      figure: system.startMs / 1000,
      unit: 's',
      better: 'lower',
    };
    return [start, ...atFirst, ...memoryRows(system, `after ${bookings} holds with NDA`)];
  });

function memoryRows({ processIds }: BenchSystem, when: string): BenchRow[] {
  return [...processIds].flatMap(([name, pid]) => {
    const figure = memoryOf(pid);
    return figure === null
      ? []
      : [{ name: `memory of ${name}, ${when}`, figure, unit: 'MB', better: 'lower' as const }];
  });
}

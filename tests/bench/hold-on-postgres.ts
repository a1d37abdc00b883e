import { buildHost, buildMeetingType } from '#tests/people.ts';
import { startEngineFloor } from './floor/engine.ts';
import { inTurns } from './load/in-turns.ts';
import { rowsOf, type Bench } from './report.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';
import { withProductionSystem } from './system/production-system.ts';

const warmUps = 40;
const alone = 120;
const withinMs = 60;

/** How long a guest waits for a slot when nobody else is there, with Temporal as in production. Needs its server: built with Go, once. */
export const bench: Bench = () =>
  withProductionSystem(async (system) => {
    const type = await buildMeetingType(system, await buildHost(system));
    const floor = await startEngineFloor(system);
    const slots = halfHours();
    const hold = async () => void (await postHold(system, type, slots()));
    try {
      for (let warm = 0; warm < warmUps; warm += 1) await Promise.all([hold(), floor.answer()]);
      const [bare, held] = await inTurns(alone, [() => floor.answer(), hold] as const, () => untilQuiet(system));
      const rows = rowsOf(`bare update-with-start, alone (${alone})`, bare);
      return [...rows, ...rowsOf(`hold over HTTP, alone (${alone})`, held, { p95: withinMs })];
    } finally {
      floor.stop();
    }
  });

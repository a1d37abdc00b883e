import { buildHost, buildMeetingType } from '#tests/people.ts';
import { startEngineFloor } from './floor/engine.ts';
import { alone, timesAlone } from './load/alone.ts';
import { rowsOf, type Bench } from './report.ts';
import { halfHours, postHold } from './system/bookings.ts';
import { withProductionSystem } from './system/production-system.ts';

const withinMs = 60;

/** How long a guest waits for a slot when nobody else is there, with Temporal as in production. Needs its server: built with Go, once. */
export const bench: Bench = () =>
  withProductionSystem(async (system) => {
    const type = await buildMeetingType(system, await buildHost(system));
    const floor = await startEngineFloor(system);
    const slots = halfHours();
    try {
      const { bare, held } = await timesAlone(system, floor, async () => void (await postHold(system, type, slots())));
      const rows = rowsOf(`bare update-with-start, alone (${alone})`, bare);
      return [...rows, ...rowsOf(`hold over HTTP, alone (${alone})`, held, { p95: withinMs })];
    } finally {
      floor.stop();
    }
  });

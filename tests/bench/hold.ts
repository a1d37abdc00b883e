import { buildHost, buildMeetingType, type TestType } from '#tests/people.ts';
import { startEngineFloor } from './floor/engine.ts';
import type { CrowdAsked, CrowdSeen } from './load/crowd.ts';
import { percentiles } from './load/percentiles.ts';
import { runLoad } from './load/run.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, holdBody, postHold, untilQuiet } from './system/bookings.ts';

const alone = 30;
const together = 50;
const crowdSize = 1_000;

/** How long a guest waits for a slot: alone, fifty guests at fifty slots at once, and a thousand at one. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const plain = await buildMeetingType(system, host);
    const withNda = await buildMeetingType(system, host, { nda: true });
    const floor = await startEngineFloor(system);
    const slots = halfHours();
    const hold = (type: TestType) => async () => void (await postHold(system, type, slots()));
    try {
      for (let warm = 0; warm < 5; warm += 1) await Promise.all([hold(plain)(), floor.answer()]);
      await hold(withNda)();
      await untilQuiet(system);
      const rows = rowsOf(`bare update-with-start, alone (${alone})`, await oneByOne(() => floor.answer()));
      rows.push(...rowsOf(`hold over HTTP, alone (${alone})`, await oneByOne(hold(plain), () => untilQuiet(system))));
      const bareTogether = await timesOf(together, () => floor.answer());
      rows.push(...rowsOf(`bare update-with-start, ${together} at once`, bareTogether));
      rows.push(...rowsOf(`hold over HTTP, ${together} at once`, await timesOf(together, hold(plain))));
      await untilQuiet(system);
      rows.push(...(await crowd(system, withNda, slots())));
      await untilQuiet(system);
      // Last, as the documents that follow take their time.
      const held = await timesOf(together, hold(withNda));
      return [...rows, ...rowsOf(`hold over HTTP with NDA, ${together} at once`, held)];
    } finally {
      floor.stop();
    }
  });

async function oneByOne(work: () => Promise<void>, between?: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < alone; index += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
    await between?.();
  }
  return times;
}

function timesOf(count: number, work: () => Promise<void>): Promise<number[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const started = performance.now();
      await work();
      return performance.now() - started;
    }),
  );
}

async function crowd({ baseUrl }: BenchSystem, type: TestType, startsAt: string): Promise<BenchRow[]> {
  const bodies = Array.from({ length: crowdSize }, () => holdBody(type, startsAt));
  const asked: CrowdAsked = { url: `${baseUrl}/api/v1/bookings`, bodies };
  const seen = await runLoad<CrowdSeen>('load/crowd.ts', asked);
  const count = (wanted: number): number => seen.filter(({ status }) => status === wanted).length;
  const name = `a crowd of ${crowdSize} at one slot`;
  return [
    { name: `${name}: booked`, figure: count(201), unit: '', better: 'lower', floor: 1 },
    { name: `${name}: told that it is taken`, figure: count(409), unit: '', better: 'higher', floor: crowdSize - 1 },
    ...rowsOf(
      name,
      seen.map(({ ms }) => ms),
    ),
  ];
}

function rowsOf(name: string, times: number[]): BenchRow[] {
  return Object.entries(percentiles(times)).map(([percentile, figure]) => ({
    name: `${name}: ${percentile}`,
    figure,
    unit: 'ms',
    better: 'lower',
  }));
}

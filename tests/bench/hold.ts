import { buildHost, buildMeetingType, type TestType } from '#tests/people.ts';
import { startEngineFloor } from './floor/engine.ts';
import type { CrowdAsked, CrowdSeen } from './load/crowd.ts';
import { alone, timesAlone } from './load/alone.ts';
import { percentiles } from './load/percentiles.ts';
import { runLoad } from './load/run.ts';
import { rowsOf, type Bench, type BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, holdBody, postHold, untilQuiet } from './system/bookings.ts';

const together = 50;
const crowdSize = 1_000;
const crowds = 5;
const timesBare = 1.5;
const crowdWithinMs = 1_000;

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
      const { bare, held } = await timesAlone(system, floor, hold(plain));
      const rows = rowsOf(`bare update-with-start, alone (${alone})`, bare);
      rows.push(...rowsOf(`hold over HTTP, alone (${alone})`, held));
      const [p95, bareP95] = [percentiles(held).p95, percentiles(bare).p95];
      const name = 'hold over HTTP, alone: p95 beside the bare one';
      rows.push({ name, figure: p95 / bareP95, unit: '×', better: 'lower', floor: timesBare });
      const bareTogether = await timesOf(together, () => floor.answer());
      rows.push(...rowsOf(`bare update-with-start, ${together} at once`, bareTogether));
      rows.push(...rowsOf(`hold over HTTP, ${together} at once`, await timesOf(together, hold(plain))));
      await hold(withNda)();
      await untilQuiet(system);
      rows.push(...(await crowdsAt(system, withNda, slots)));
      // Last, as the documents that follow take their time.
      const toSign = await timesOf(together, hold(withNda));
      return [...rows, ...rowsOf(`hold over HTTP with NDA, ${together} at once`, toSign)];
    } finally {
      floor.stop();
    }
  });

function timesOf(count: number, work: () => Promise<void>): Promise<number[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const started = performance.now();
      await work();
      return performance.now() - started;
    }),
  );
}

/** One crowd after another, each at a slot of its own. The first meets code that has turned away nobody yet: it is told by itself. */
async function crowdsAt(system: BenchSystem, type: TestType, slots: () => string): Promise<BenchRow[]> {
  const seen: CrowdSeen[] = [];
  for (let index = 0; index < crowds; index += 1) {
    const startsAt = slots();
    const bodies = Array.from({ length: crowdSize }, () => holdBody(type, startsAt));
    const asked: CrowdAsked = { url: `${system.baseUrl}/api/v1/bookings`, bodies };
    seen.push(await runLoad<CrowdSeen>('load/crowd.ts', asked));
    await untilQuiet(system);
  }
  const [first = [], ...later] = seen;
  const count = (wanted: number): number => seen.flat().filter(({ status }) => status === wanted).length;
  const name = `a crowd of ${crowdSize} at one slot`;
  const times = (answers: CrowdSeen): number[] => answers.map(({ ms }) => ms);
  return [
    { name: `${name}, ${crowds} times: booked`, figure: count(201), unit: '', better: 'lower', floor: crowds },
    {
      name: `${name}, ${crowds} times: told that it is taken`,
      figure: count(409),
      unit: '',
      better: 'higher',
      floor: crowds * (crowdSize - 1),
    },
    ...rowsOf(`${name}, the first`, times(first), { p99: crowdWithinMs }),
    ...rowsOf(`${name}, the ${crowds - 1} after it`, times(later.flat()), { p99: crowdWithinMs }),
  ];
}

import { openLiveRooms, type LiveRooms } from '#runtime/demo/live-rooms.ts';
import type { SigningSession } from '#contract/signing.ts';
import { buildHost, buildMeetingType, openSigning, signTyped, untilStatus, type TestType } from '#tests/people.ts';
import { percentiles } from './load/percentiles.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';

const signatures = 20;
const signingsAtOnce = 20;
const holds = 60;
const toldWithinMs = 800;
const slowerAtMost = 2;

/**
 * What a signature sets in motion: how soon the guest's page is told that the meeting is confirmed, and whether twenty signatures at once (a
 * certificate to render, a document to seal each) make the guests wait who only take a slot.
 */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const plain = await buildMeetingType(system, host);
    const withNda = await buildMeetingType(system, host, { nda: true });
    const slots = halfHours();
    await signed(system, await toSign(system, withNda, slots()));
    await untilQuiet(system);
    const told = await untilTold(system, withNda, slots);
    await untilQuiet(system);
    return [...toldRows(told), ...(await besideSignings(system, { plain, withNda, slots }))];
  });

type Signable = { id: string; token: string; session: SigningSession };

async function toSign(system: BenchSystem, type: TestType, startsAt: string): Promise<Signable> {
  const { token, booking } = await postHold(system, type, startsAt);
  return { id: booking.id, token, session: await openSigning(system, token) };
}

async function signed(system: BenchSystem, { token, session }: Signable): Promise<void> {
  const { status } = await signTyped(system, token, session);
  if (status !== 202) throw new Error(`A signature was answered with ${status}.`);
  await untilStatus(system, token, 'confirmed', 120_000);
}

/** One signature after another: from the guest's request until their page is told, live. */
async function untilTold(system: BenchSystem, type: TestType, slots: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < signatures; index += 1) {
    const live = openLiveRooms(system.baseUrl, () => performance.now());
    try {
      times.push(await timeUntilTold(system, live, await toSign(system, type, slots())));
    } finally {
      live.close();
    }
    await untilQuiet(system);
  }
  return times;
}

async function timeUntilTold(system: BenchSystem, live: LiveRooms, { id, token, session }: Signable): Promise<number> {
  const { last } = await system.shared.stream.bounds();
  await live.join('guest', { room: 'booking', token, position: last });
  const started = performance.now();
  const { status } = await signTyped(system, token, session);
  if (status !== 202) throw new Error(`A signature was answered with ${status}.`);
  const isTold = () => live.seen.find(({ news }) => news.kind === 'booking' && news.type === 'booking.confirmed');
  await live.until(() => isTold() !== undefined, `booking.confirmed of ${id}`, 120_000);
  return (isTold()?.elapsedMs ?? Infinity) - started;
}

type Load = { plain: TestType; withNda: TestType; slots: () => string };

/** The same holds twice in one run: alone, and while the signatures are under way. */
async function besideSignings(system: BenchSystem, { plain, withNda, slots }: Load): Promise<BenchRow[]> {
  const alone = await holdTimes(system, plain, slots, () => true);
  await untilQuiet(system);
  const ready: Signable[] = [];
  for (let index = 0; index < signingsAtOnce; index += 1) ready.push(await toSign(system, withNda, slots()));
  await untilQuiet(system);
  let underWay = ready.length;
  const signing = Promise.all(ready.map((one) => signed(system, one).finally(() => (underWay -= 1))));
  const beside = await holdTimes(system, plain, slots, () => underWay > 0);
  await signing;
  const [p95, p95Beside] = [percentiles(alone).p95, percentiles(beside).p95];
  const atOnce = `beside ${signingsAtOnce} signings at once`;
  return [
    { name: `hold, alone (${alone.length}): p95`, figure: p95, unit: 'ms', better: 'lower' },
    { name: `hold, ${atOnce} (${beside.length}): p95`, figure: p95Beside, unit: 'ms', better: 'lower' },
    { name: `hold, ${atOnce}: times slower`, figure: p95Beside / p95, unit: '', better: 'lower', floor: slowerAtMost },
  ];
}

/** One after another, for as long as what is measured beside them goes on. */
async function holdTimes(
  system: BenchSystem,
  type: TestType,
  slots: () => string,
  goesOn: () => boolean,
): Promise<number[]> {
  const times: number[] = [];
  while (times.length < holds && goesOn()) {
    const started = performance.now();
    await postHold(system, type, slots());
    times.push(performance.now() - started);
  }
  return times;
}

function toldRows(times: number[]): BenchRow[] {
  const { p50, p95 } = percentiles(times);
  const name = `signature to the page that is told (${times.length})`;
  return [
    { name: `${name}: p50`, figure: p50, unit: 'ms', better: 'lower' },
    { name: `${name}: p95`, figure: p95, unit: 'ms', better: 'lower', floor: toldWithinMs },
  ];
}

import { openLiveRooms, type LiveRooms } from '#runtime/demo/live-rooms.ts';
import type { SigningSession } from '#contract/signing.ts';
import { buildHost, buildMeetingType, openSigning, signTyped, type TestType } from '#tests/people.ts';
import { percentiles } from './load/percentiles.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilConfirmed, untilQuiet } from './system/bookings.ts';

const signatures = 20;
const signingsAtOnce = 20;
/** Twenty signings are over in some seconds: several times, so that a percentile of the holds beside them says something. */
const rounds = 4;
const holdsInARound = 60;
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
    await signedAtOnce(system, [await toSign(system, withNda, slots())]);
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

async function postSignature(system: BenchSystem, { token, session }: Signable): Promise<void> {
  const { status } = await signTyped(system, token, session);
  if (status !== 202) throw new Error(`A signature was answered with ${status}.`);
}

async function signedAtOnce(system: BenchSystem, all: readonly Signable[]): Promise<void> {
  await Promise.all(all.map((one) => postSignature(system, one)));
  await untilConfirmed(
    system,
    all.map(({ id }) => id),
  );
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

async function timeUntilTold(system: BenchSystem, live: LiveRooms, signable: Signable): Promise<number> {
  const { id, token } = signable;
  const { last } = await system.shared.stream.bounds();
  await live.join('guest', { room: 'booking', token, position: last });
  const started = performance.now();
  await postSignature(system, signable);
  const isTold = () => live.seen.find(({ news }) => news.kind === 'booking' && news.type === 'booking.confirmed');
  await live.until(() => isTold() !== undefined, `booking.confirmed of ${id}`, 120_000);
  return (isTold()?.elapsedMs ?? Infinity) - started;
}

type Load = { plain: TestType; withNda: TestType; slots: () => string };

/** The same holds by turns: alone, and while the signatures are under way. */
async function besideSignings(system: BenchSystem, load: Load): Promise<BenchRow[]> {
  const [alone, beside]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(...(await holdTimes(system, load, () => true)));
    await untilQuiet(system);
    beside.push(...(await holdsDuringSignings(system, load)));
    await untilQuiet(system);
  }
  const [p95, p95Beside] = [percentiles(alone).p95, percentiles(beside).p95];
  const atOnce = `beside ${signingsAtOnce} signings at once`;
  return [
    { name: `hold, alone (${alone.length}): p95`, figure: p95, unit: 'ms', better: 'lower' },
    { name: `hold, ${atOnce} (${beside.length}): p95`, figure: p95Beside, unit: 'ms', better: 'lower' },
    { name: `hold, ${atOnce}: times slower`, figure: p95Beside / p95, unit: '', better: 'lower', floor: slowerAtMost },
  ];
}

async function holdsDuringSignings(system: BenchSystem, load: Load): Promise<number[]> {
  const ready: Signable[] = [];
  for (let index = 0; index < signingsAtOnce; index += 1) ready.push(await toSign(system, load.withNda, load.slots()));
  await untilQuiet(system);
  let isUnderWay = true;
  const signing = signedAtOnce(system, ready).finally(() => (isUnderWay = false));
  const times = await holdTimes(system, load, () => isUnderWay);
  await signing;
  return times;
}

/** One after another, for as long as what is measured beside them goes on. */
async function holdTimes(system: BenchSystem, { plain, slots }: Load, goesOn: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (times.length < holdsInARound && goesOn()) {
    const started = performance.now();
    await postHold(system, plain, slots());
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

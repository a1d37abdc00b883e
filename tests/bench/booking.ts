import { buildHost, buildMeetingType, openSigning, signTyped, untilStatus, type TestType } from '#tests/people.ts';
import { startEngineFloor } from './floor/engine.ts';
import type { Bench } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';

const plainBookings = { count: 60, atOnce: 16 };
const trivialLives = { count: 60, atOnce: 16 };
/** Of these two by turns: what else the machine does meanwhile meets both. */
const rounds = 4;
const signedBookings = { count: 24, atOnce: 8 };
/** Before anything is measured: a process that has just started runs its code several times slower. */
const warmUps = { count: 48, atOnce: 8 };
const shareOfTrivial = 0.5;

/** Whole bookings a second, from the guest's request to the mails that left, when as many come as can be taken. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const plain = await buildMeetingType(system, host);
    const withNda = await buildMeetingType(system, host, { nda: true });
    const floor = await startEngineFloor(system);
    const slots = halfHours();
    const bookPlain = async () => void (await postHold(system, plain, slots()));
    const bookSigned = () => bookAndSign(system, withNda, slots());
    const settled = () => untilQuiet(system);
    try {
      await timeOf(warmUps, () => floor.wholeLife());
      await timeOf(warmUps, bookPlain, settled);
      await bookSigned();
      await settled();
      let [trivialMs, plainMs] = [0, 0];
      for (let round = 0; round < rounds; round += 1) {
        trivialMs += await timeOf(trivialLives, () => floor.wholeLife());
        plainMs += await timeOf(plainBookings, bookPlain, settled);
      }
      const trivial = (1000 * rounds * trivialLives.count) / trivialMs;
      const unsigned = (1000 * rounds * plainBookings.count) / plainMs;
      const signed = (1000 * signedBookings.count) / (await timeOf(signedBookings, bookSigned, settled));
      const row = (name: string, { count, atOnce }: Volume, figure: number, times = 1) => ({
        name: `${name} (${times * count}, ${atOnce} at once)`,
        figure,
        unit: '/s',
        better: 'higher' as const,
      });
      return [
        row('trivial workflows from start to end', trivialLives, trivial, rounds),
        row('bookings without NDA, mails included', plainBookings, unsigned, rounds),
        {
          name: 'bookings without NDA, beside the trivial workflows',
          figure: unsigned / trivial,
          unit: '×',
          better: 'higher',
          floor: shareOfTrivial,
        },
        row('bookings signed through the API, documents and mails included', signedBookings, signed),
      ];
    } finally {
      floor.stop();
    }
  });

async function bookAndSign(system: BenchSystem, type: TestType, startsAt: string): Promise<void> {
  const { token } = await postHold(system, type, startsAt);
  const { status } = await signTyped(system, token, await openSigning(system, token));
  if (status !== 202) throw new Error(`A signature was answered with ${status}.`);
  await untilStatus(system, token, 'confirmed', 120_000);
}

type Volume = { count: number; atOnce: number };

/** Milliseconds, with so many at once, until all are done, and what they leave to be done with them. */
async function timeOf(volume: Volume, work: () => Promise<void>, settled?: () => Promise<void>): Promise<number> {
  let left = volume.count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: volume.atOnce }, lane));
  await settled?.();
  return performance.now() - started;
}

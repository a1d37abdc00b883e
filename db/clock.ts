import { databaseNow } from './queries/bookings.ts';
import type { Database } from './pool.ts';

/** What time it is. The database decides when a hold ends, so its clock is everybody's: the machine's own may be hours off. */
export type Clock = { now(): Date };

const askEveryMs = 30_000;
const askAgainMs = 1_000;
/** An answer that took longer says little about the moment it is from. */
const usefulWithinMs = 1_000;

/**
 * The database's clock, read now and then, and counted on from there by a counter that no change of the machine's clock moves: right to half a
 * round trip. A database that is away from the beginning leaves the machine's own time until it answers.
 */
export async function followDatabaseClock(database: Database): Promise<Clock & { close(): void }> {
  let counterBeganAt = performance.timeOrigin;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const read = async (): Promise<void> => {
    const answer = await counterBeginning(database).catch(() => null);
    if (closed) return;
    if (answer !== null) counterBeganAt = answer;
    timer = setTimeout(() => void read(), answer === null ? askAgainMs : askEveryMs).unref();
  };
  await read();
  return {
    now: () => new Date(Math.floor(counterBeganAt + performance.now())),
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** The database's time at which this process's counter began; null when the answer took too long to be of use. */
async function counterBeginning(database: Database): Promise<number | null> {
  const before = performance.now();
  const there = (await databaseNow(database)).getTime();
  const after = performance.now();
  return after - before > usefulWithinMs ? null : there - (before + after) / 2;
}

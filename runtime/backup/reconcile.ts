import { lostFacts, publishAgain } from '#activities/lost-facts.ts';
import { createFactPublisher } from '#activities/publish-facts.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { bookingsToNudge, bookingsUnderWay } from '#db/queries/left-behind.ts';
import type { Shared } from '../composition.ts';

export type Reconciled = {
  /** Facts that the stream lacked, and that were published again. */
  published: number;
  /** Bookings whose workflow was told to look at the stored state, or was started from it. */
  resumed: number;
};

/** After a restore: the stream and the workflows are brought to what the database says. Can be repeated. */
export async function reconcile(shared: Pick<Shared, 'database' | 'stream' | 'engine'>): Promise<Reconciled> {
  const { database, stream, engine } = shared;
  const lost = await lostFacts(database, stream);
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  await publishAgain(database, createFactPublisher(database, stream, quiet), lost);
  const ids = new Set([...(await bookingsUnderWay(database, 0)), ...(await bookingsToNudge(database, 0))]);
  for (const id of ids) {
    const booking = await findBooking(database, id);
    if (booking) await engine.nudge(booking);
  }
  return { published: lost.length, resumed: ids.size };
}

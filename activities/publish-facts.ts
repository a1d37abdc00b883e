import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#db/pool.ts';
import { markPublished, unpublishedMax, unpublishedOf } from '#db/queries/outbox.ts';
import type { FactsStream } from '#integrations/stream/facts-stream.ts';
import type { Log } from './parts.ts';

export type FactPublisher = {
  /** Publishes what a booking has in the outbox, a moment later; never throws: the sweep comes after whatever fails here. */
  soon(bookingId: string): void;
  /** Publishes it now. @throws when the stream does not take it. */
  now(bookingId: string): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
};

/**
 * Whoever asked for a change gets the answer first: everybody else hears of it a moment later, and what a booking's next step writes by then
 * leaves with it.
 */
const momentMs = 25;

/**
 * Facts leave after commit, in their order per booking: one run per booking at a time here, and a second process can at worst repeat facts
 * in the same order, which the stream recognizes by their ids.
 */
export function createFactPublisher(database: Database, stream: FactsStream, log: Log): FactPublisher {
  const underWay = new Map<string, Promise<void>>();
  /** Of each booking whose facts leave in a moment, that they have left. */
  const waiting = new Map<string, Promise<void>>();

  const publishAll = async (bookingId: string): Promise<void> => {
    for (;;) {
      const rows = await unpublishedOf(database, bookingId);
      if (rows.length === 0) return;
      for (const { id, subject, fact } of rows) {
        const { traceparent } = fact;
        const causedBy = typeof traceparent === 'string' ? traceparent : undefined;
        await stream.publish({ id, subject, json: fact, causedBy });
      }
      await markPublished(
        database,
        rows.map(({ seq }) => seq),
      );
      // What is written from now on is told by whoever wrote it.
      if (rows.length < unpublishedMax) return;
    }
  };
  const now = (bookingId: string): Promise<void> => {
    const run = (underWay.get(bookingId) ?? Promise.resolve()).catch(() => {}).then(() => publishAll(bookingId));
    underWay.set(bookingId, run);
    const forget = (): void => {
      if (underWay.get(bookingId) === run) underWay.delete(bookingId);
    };
    run.then(forget, forget);
    return run;
  };
  return {
    now,
    soon: (bookingId) => {
      if (waiting.has(bookingId)) return;
      const later = sleep(momentMs).then(() => {
        waiting.delete(bookingId);
        return now(bookingId);
      });
      waiting.set(
        bookingId,
        later.catch((error: unknown) => log.warn({ bookingId, error }, 'facts stay in the outbox for the sweep')),
      );
    },
    idle: async () => {
      await Promise.all(waiting.values());
      await Promise.allSettled(underWay.values());
    },
  };
}

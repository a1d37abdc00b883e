import type { Database } from '#db/pool.ts';
import { markPublished, unpublishedOf } from '#db/queries/outbox.ts';
import type { FactsStream } from '#integrations/stream/facts-stream.ts';
import type { Log } from './parts.ts';

export type FactPublisher = {
  /** Publishes what a booking has in the outbox, soon; never throws: the sweep comes after whatever fails here. */
  soon(bookingId: string): void;
  /** Publishes it now. @throws when the stream does not take it. */
  now(bookingId: string): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
};

/**
 * Facts leave after commit, in their order per booking: one run per booking at a time here, and a second process can at worst repeat facts
 * in the same order, which the stream recognizes by their ids.
 */
export function createFactPublisher(database: Database, stream: FactsStream, log: Log): FactPublisher {
  const underWay = new Map<string, Promise<void>>();

  const publishAll = async (bookingId: string): Promise<void> => {
    for (;;) {
      const rows = await unpublishedOf(database, bookingId);
      if (rows.length === 0) return;
      for (const row of rows) await stream.publish({ id: row.id, subject: row.subject, json: row.fact });
      await markPublished(
        database,
        rows.map(({ seq }) => seq),
      );
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
      now(bookingId).catch((error: unknown) =>
        log.warn({ bookingId, error }, 'facts stay in the outbox for the sweep'),
      );
    },
    idle: async () => {
      await Promise.allSettled(underWay.values());
    },
  };
}

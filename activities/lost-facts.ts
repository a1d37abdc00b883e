import type { Database } from '#db/pool.ts';
import { markUnpublished, publishedSince } from '#db/queries/outbox.ts';
import { keptDays, type FactsStream } from '#integrations/stream/facts-stream.ts';
import type { FactPublisher } from './publish-facts.ts';

/** Facts that were published and that the stream does not have: it was lost, or is older than the database. Oldest first. */
export async function lostFacts(database: Database, stream: FactsStream): Promise<string[]> {
  // Those of the last day may be dropped by the stream at any moment.
  const published = await publishedSince(database, keptDays - 1);
  if (published.length === 0) return [];
  const stored = await stream.storedIds();
  return published.filter((id) => !stored.has(id));
}

/** Consumers may see some of them twice, and none not at all. */
export async function publishAgain(database: Database, facts: FactPublisher, ids: readonly string[]): Promise<void> {
  const bookings = await markUnpublished(database, ids);
  for (const bookingId of bookings) await facts.now(bookingId);
}

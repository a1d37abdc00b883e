import { purgeIfDue } from '#db/changes/erase.ts';
import { deleteObjectLater, objectDeleted, objectsToDelete } from '#db/queries/object-deletions.ts';
import { bookingsToPurge } from '#db/queries/retention.ts';
import type { Parts } from './parts.ts';

const batch = 100;

export type RetentionRound = { bookings: number; documents: number; failures: number; isMore: boolean };

/**
 * Empties bookings that are kept long enough, and deletes the objects of documents that are gone: also those that an earlier run, or an
 * erasure at a guest's request, did not get to. Each booking is one transaction; what fails is left for the next run, and stops nobody else.
 */
export async function applyRetention(parts: Parts): Promise<RetentionRound> {
  const { database, cipher, log } = parts;
  const round = { bookings: 0, documents: 0, failures: 0 };
  const due = await bookingsToPurge(database, batch);
  for (const id of due) {
    try {
      const erased = await purgeIfDue(database, cipher, id);
      round.bookings += erased ? 1 : 0;
      round.documents += erased?.documents ?? 0;
    } catch (error) {
      round.failures += 1;
      log.error({ bookingId: id, error }, 'a booking could not be emptied, the next run tries again');
    }
  }
  const objects = await deleteObjects(parts);
  return {
    ...round,
    failures: round.failures + objects.failures,
    isMore: objects.isMore || (due.length === batch && round.bookings > 0),
  };
}

/** Objects whose document is gone. One that another document is made of stays. What cannot be deleted waits behind all others. */
export async function deleteObjects({
  database,
  vault,
  log,
}: Pick<Parts, 'database' | 'vault' | 'log'>): Promise<{ failures: number; isMore: boolean }> {
  const objects = await objectsToDelete(database, batch);
  let failures = 0;
  for (const { storageKey, isShared } of objects) {
    try {
      if (!isShared) await vault.discard({ storageKey });
      await objectDeleted(database, storageKey);
    } catch (error) {
      failures += 1;
      log.error({ storageKey, error }, 'an object could not be deleted, the next run tries again');
      await deleteObjectLater(database, storageKey);
    }
  }
  return { failures, isMore: objects.length === batch && failures < objects.length };
}

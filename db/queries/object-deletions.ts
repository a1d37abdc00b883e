import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

/** Takes the documents' bytes and keys out of reach, and asks for their objects to be deleted. @returns how many there were. */
export async function removeDocuments(
  tx: Queryable,
  bookingId: string,
  kinds: readonly ('agreement' | 'signed' | 'certificate')[],
): Promise<number> {
  const which = sql.fragment`booking_id = ${bookingId} and removed_at is null and kind = any(${sql.array([...kinds], 'text')})`;
  await tx.query(sql.unsafe`
    insert into object_deletion (storage_key, organization_id)
    select storage_key, organization_id from document where ${which} and storage_key <> '' on conflict do nothing`);
  const { rowCount } = await tx.query(sql.unsafe`
    update document set storage_key = '', wrapped_key = '', key_id = '', values_cipher = null, html_cipher = null,
      removed_at = clock_timestamp() where ${which}`);
  return rowCount;
}

/** Objects that wait to be deleted; `isShared`: another document is made of the same object, so it stays. */
export async function objectsToDelete(
  db: Queryable,
  limit: number,
): Promise<readonly { storageKey: string; isShared: boolean }[]> {
  return db.any(sql.type(z.object({ storageKey: z.string(), isShared: z.boolean() }))`
    select o.storage_key as "storageKey", exists (select from document d where d.storage_key = o.storage_key) as "isShared"
    from object_deletion o order by o.requested_at limit ${limit}`);
}

/** Behind all that was asked for until now. */
export async function deleteObjectLater(db: Queryable, storageKey: string): Promise<void> {
  await db.query(
    sql.unsafe`update object_deletion set requested_at = clock_timestamp() where storage_key = ${storageKey}`,
  );
}

export async function objectDeleted(db: Queryable, storageKey: string): Promise<void> {
  await db.query(sql.unsafe`delete from object_deletion where storage_key = ${storageKey}`);
}

import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';

const holdRow = z.object({ reason: bytes, setByName: z.string(), setAt: z.date() });
export type LegalHold = { reason: string; setByName: string; setAt: Date };

/** The hold that stands on a booking, if one does. */
export async function legalHoldOf(db: Queryable, cipher: PersonalCipher, bookingId: string): Promise<LegalHold | null> {
  const row = await db.maybeOne(sql.type(holdRow)`
    select h.reason_cipher as reason, a.name as "setByName", h.set_at as "setAt"
    from legal_hold h join account a on a.id = h.set_by where h.booking_id = ${bookingId} and h.lifted_at is null`);
  return row && { ...row, reason: cipher.open(row.reason, 'legal_hold.reason') };
}

export async function hasLegalHold(tx: Queryable, bookingId: string): Promise<boolean> {
  return tx.exists(sql.unsafe`select from legal_hold where booking_id = ${bookingId} and lifted_at is null`);
}

/** @returns false when one stands already. */
export async function insertLegalHold(
  tx: Queryable,
  hold: { organizationId: string; bookingId: string; reason: Buffer; setBy: string },
): Promise<boolean> {
  const id = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    insert into legal_hold (organization_id, booking_id, reason_cipher, set_by)
    values (${hold.organizationId}, ${hold.bookingId}, ${sql.binary(hold.reason)}, ${hold.setBy})
    on conflict (booking_id) where lifted_at is null do nothing returning id`);
  return id !== null;
}

/** @returns false when none stands. */
export async function endLegalHold(tx: Queryable, bookingId: string, liftedBy: string): Promise<boolean> {
  const id = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    update legal_hold set lifted_by = ${liftedBy}, lifted_at = clock_timestamp()
    where booking_id = ${bookingId} and lifted_at is null returning id`);
  return id !== null;
}

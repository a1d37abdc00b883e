import { sql } from 'slonik';
import { z } from 'zod';
import { sha256, type PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';

/** The booking that a secret link belongs to, by the hash of its token. */
export async function findBookingByToken(
  db: Queryable,
  tokenSha256: Buffer,
): Promise<{ bookingId: string; organizationId: string } | null> {
  return db.maybeOne(sql.type(z.object({ bookingId: z.string(), organizationId: z.string() }))`
    select id as "bookingId", organization_id as "organizationId" from booking where guest_token_sha256 = ${sql.binary(tokenSha256)}
    union all
    select booking_id, organization_id from guest_link where token_sha256 = ${sql.binary(tokenSha256)}`);
}

/** Lets the booking's further links lead to it, too: those that follow from the master keys beside the oldest one. */
export async function insertGuestLinks(
  tx: Queryable,
  cipher: PersonalCipher,
  booking: { id: string; organizationId: string },
): Promise<void> {
  for (const { keyId, token } of cipher.furtherGuestTokens(booking.id)) {
    await tx.query(sql.unsafe`
      insert into guest_link (token_sha256, organization_id, booking_id, key_id)
      select ${sql.binary(sha256(token))}, ${booking.organizationId}, ${booking.id}, ${keyId}
      where not exists (select from booking where guest_token_sha256 = ${sql.binary(sha256(token))})
      on conflict do nothing`);
  }
}

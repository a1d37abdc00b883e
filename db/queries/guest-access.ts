import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

/** The booking that a secret link belongs to, by the hash of its token. */
export async function findBookingByToken(
  db: Queryable,
  tokenSha256: Buffer,
): Promise<{ bookingId: string; organizationId: string } | null> {
  return db.maybeOne(sql.type(z.object({ bookingId: z.string(), organizationId: z.string() }))`
    select id as "bookingId", organization_id as "organizationId" from booking where guest_token_sha256 = ${sql.binary(tokenSha256)}`);
}

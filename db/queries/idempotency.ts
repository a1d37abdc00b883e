import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { Queryable } from '../pool.ts';

const keyRow = z.object({
  requestSha256: z.string(),
  bookingId: z.string().nullable(),
  responseStatus: z.number().nullable(),
  responseCipher: bytes.nullable(),
});
export type IdempotencyRow = z.infer<typeof keyRow>;

/** Keys are kept at least a day (Stripe's practice), here two. */
const keptHours = 48;

/** Claims a key for a request: null when this is the first time, else what is known of the first. */
export async function claimIdempotencyKey(
  tx: Queryable,
  input: { scope: string; key: string; requestSha256: string; organizationId: string | null; bookingId: string | null },
): Promise<IdempotencyRow | null> {
  const first = await tx.maybeOneFirst(sql.type(z.object({ key: z.string() }))`
    insert into idempotency_key (scope, key, request_sha256, organization_id, booking_id)
    values (${input.scope}, ${input.key}, ${input.requestSha256}, ${input.organizationId}, ${input.bookingId})
    on conflict do nothing returning key`);
  return first === null ? findIdempotencyKey(tx, input.scope, input.key) : null;
}

export async function findIdempotencyKey(db: Queryable, scope: string, key: string): Promise<IdempotencyRow | null> {
  return db.maybeOne(sql.type(keyRow)`
    select request_sha256 as "requestSha256", booking_id as "bookingId", response_status as "responseStatus", response_cipher as "responseCipher"
    from idempotency_key where scope = ${scope} and key = ${key}`);
}

/** The first answer stays. */
export async function storeResponse(
  db: Queryable,
  scope: string,
  key: string,
  status: number,
  response: Buffer,
): Promise<void> {
  await db.query(sql.unsafe`
    update idempotency_key set response_status = ${status}, response_cipher = ${sql.binary(response)}
    where scope = ${scope} and key = ${key} and response_status is null`);
}

/** A first request that came to nothing (a dependency failed) leaves its key free for the retry. */
export async function releaseIdempotencyKey(db: Queryable, scope: string, key: string): Promise<void> {
  await db.query(
    sql.unsafe`delete from idempotency_key where scope = ${scope} and key = ${key} and response_status is null and booking_id is null`,
  );
}

export async function dropOldIdempotencyKeys(db: Queryable): Promise<void> {
  await db.query(sql.unsafe`delete from idempotency_key where created_at < now() - ${keptHours} * interval '1 hour'`);
}

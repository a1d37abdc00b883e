import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import { withoutWaiting } from '../without-waiting.ts';

const keyRow = z.object({
  requestSha256: z.string(),
  bookingId: z.string().nullable(),
  responseStatus: z.number().nullable(),
  responseCipher: bytes.nullable(),
});
export type IdempotencyRow = z.infer<typeof keyRow>;

/** Keys are kept at least a day (Stripe's practice), here two. */
const keptHours = 48;

type KeyInput = {
  scope: string;
  key: string;
  /** Keyed hashes of what was asked for, by each master key, separated by commas. */
  requestSha256: string;
  organizationId: string | null;
  bookingId: string | null;
};

// Neither waits for the disk: without its key, or the answer to it, a request is run again and makes what it made, by the same ids.

/**
 * Claims keys for requests: null where this is the first time, else what is known of the first. In the order of the inputs; of two that are
 * the same, the earlier is the first.
 */
export async function claimIdempotencyKeys(
  db: Queryable,
  inputs: readonly KeyInput[],
): Promise<(IdempotencyRow | null)[]> {
  const rows = inputs.map((input) => [
    input.scope,
    input.key,
    input.requestSha256,
    input.organizationId,
    input.bookingId,
  ]);
  // In the order of the keys: two processes that claim the same ones do not wait for each other in a circle.
  const claimed = await db.any(sql.type(z.object({ scope: z.string(), key: z.string() }))`
    with ${withoutWaiting}
    insert into idempotency_key (scope, key, request_sha256, organization_id, booking_id)
    select asked.* from without_waiting, ${sql.unnest(rows, ['text', 'text', 'text', 'uuid', 'uuid'])} as asked (scope, key, request_sha256, organization_id, booking_id)
    order by scope, key
    on conflict do nothing returning scope, key`);
  const firsts = new Set(claimed.map(nameOf));
  const isFirst = inputs.map((input) => firsts.delete(nameOf(input)));
  return Promise.all(inputs.map(async (input, index) => (isFirst[index] ? null : findOrClaim(db, input))));
}

/** The key was there a moment ago. When its request came to nothing meanwhile, and let go of it, this one is the first. */
async function findOrClaim(db: Queryable, input: KeyInput): Promise<IdempotencyRow | null> {
  const known = await findIdempotencyKey(db, input.scope, input.key);
  if (known) return known;
  const [claimed = null] = await claimIdempotencyKeys(db, [input]);
  return claimed;
}

const nameOf = ({ scope, key }: { scope: string; key: string }): string => JSON.stringify([scope, key]);

async function findIdempotencyKey(db: Queryable, scope: string, key: string): Promise<IdempotencyRow | null> {
  return db.maybeOne(sql.type(keyRow)`
    select request_sha256 as "requestSha256", booking_id as "bookingId", response_status as "responseStatus", response_cipher as "responseCipher"
    from idempotency_key where scope = ${scope} and key = ${key}`);
}

export type StoredResponse = { scope: string; key: string; status: number; response: Buffer };

/** The first answer to each key stays. */
export async function storeResponses(db: Queryable, responses: readonly StoredResponse[]): Promise<void> {
  const rows = responses.map(({ scope, key, status, response }) => [scope, key, status, response]);
  await db.query(sql.unsafe`
    with ${withoutWaiting}
    update idempotency_key k set response_status = stored.status, response_cipher = stored.response
    from without_waiting, ${sql.unnest(rows, ['text', 'text', 'int4', 'bytea'])} as stored (scope, key, status, response)
    where k.scope = stored.scope and k.key = stored.key and k.response_status is null`);
}

/** A first request that came to nothing (a dependency failed) leaves its key free for the retry. Only whoever claimed it may let go of it. */
export async function releaseIdempotencyKey(db: Queryable, scope: string, key: string): Promise<void> {
  await db.query(
    sql.unsafe`delete from idempotency_key where scope = ${scope} and key = ${key} and response_status is null and booking_id is null`,
  );
}

/**
 * Until when a request may be repeated that came before the newest master key did, and is matched by an older one alone; null when there is
 * none. As long as only one key is configured, there is none.
 */
export async function matchedByOlderKeysUntil(
  db: Queryable,
  cipher: Pick<PersonalCipher, 'fingerprints'>,
): Promise<Date | null> {
  return db.oneFirst(sql.type(z.object({ until: z.date().nullable() }))`
    select max(created_at) + ${keptHours} * interval '1 hour' as until from idempotency_key
    where cardinality(string_to_array(request_sha256, ',')) < ${cipher.fingerprints('').length}`);
}

export async function dropOldIdempotencyKeys(db: Queryable): Promise<void> {
  await db.query(sql.unsafe`delete from idempotency_key where created_at < now() - ${keptHours} * interval '1 hour'`);
}

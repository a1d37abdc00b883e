import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { Database, Queryable, Transaction } from '../pool.ts';

const keyRow = z.object({
  id: z.string(),
  chainPem: z.string(),
  privateKeyCipher: bytes,
  notAfter: z.date(),
});
export type SigningKeyRow = z.infer<typeof keyRow>;

export async function newestSigningKey(db: Queryable, organizationId: string): Promise<SigningKeyRow | null> {
  return db.maybeOne(sql.type(keyRow)`
    select id, chain_pem as "chainPem", private_key_cipher as "privateKeyCipher", not_after as "notAfter"
    from signing_key where organization_id = ${organizationId} order by created_at desc limit 1`);
}

/** Every key that sealed documents of an organization, the newest first. */
export async function signingKeysOf(
  db: Queryable,
  organizationId: string,
): Promise<readonly (SigningKeyRow & { createdAt: Date })[]> {
  return db.any(sql.type(keyRow.extend({ createdAt: z.date() }))`
    select id, chain_pem as "chainPem", private_key_cipher as "privateKeyCipher", not_after as "notAfter", created_at as "createdAt"
    from signing_key where organization_id = ${organizationId} order by created_at desc`);
}

/** The next keys, after those with this id. @returns false when others came after them meanwhile. */
export async function insertNextSigningKey(
  tx: Transaction,
  key: { organizationId: string; afterId: string; chainPem: string; privateKeyCipher: Buffer; notAfter: Date },
): Promise<boolean> {
  await tx.query(
    sql.unsafe`select pg_advisory_xact_lock(hashtextextended('signing_key:' || ${key.organizationId}, 0))`,
  );
  const { rowCount } = await tx.query(sql.unsafe`
    insert into signing_key (organization_id, chain_pem, private_key_cipher, not_after, created_at)
    select ${key.organizationId}, ${key.chainPem}, ${sql.binary(key.privateKeyCipher)}, ${key.notAfter.toISOString()}, clock_timestamp()
    where ${key.afterId} = (
      select id from signing_key where organization_id = ${key.organizationId} order by created_at desc limit 1)`);
  return rowCount === 1;
}

/** The organization's first keys: whoever comes second keeps what is there. */
export async function insertSigningKey(
  db: Database,
  key: { organizationId: string; chainPem: string; privateKeyCipher: Buffer; notAfter: Date },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      sql.unsafe`select pg_advisory_xact_lock(hashtextextended('signing_key:' || ${key.organizationId}, 0))`,
    );
    await tx.query(sql.unsafe`
      insert into signing_key (organization_id, chain_pem, private_key_cipher, not_after)
      select ${key.organizationId}, ${key.chainPem}, ${sql.binary(key.privateKeyCipher)}, ${key.notAfter.toISOString()}
      where not exists (select from signing_key where organization_id = ${key.organizationId})`);
  });
}

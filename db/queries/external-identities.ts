import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const row = z.object({ id: z.string(), provider: z.string(), createdAt: z.date(), lastUsedAt: z.date() });
export type ExternalIdentityRow = z.infer<typeof row>;
export type Who = { issuer: string; subject: string };

/** Whose identity it is; its use is noted. */
export async function useExternalIdentity(db: Queryable, { issuer, subject }: Who): Promise<string | null> {
  return db.maybeOneFirst(sql.type(z.object({ accountId: z.string() }))`
    update external_identity set last_used_at = now() where issuer = ${issuer} and subject = ${subject} returning account_id as "accountId"`);
}

/** @returns false when the identity belongs to an account already */
export async function linkExternalIdentity(
  tx: Queryable,
  { accountId, provider, issuer, subject }: Who & { accountId: string; provider: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    insert into external_identity (account_id, provider, issuer, subject) values (${accountId}, ${provider}, ${issuer}, ${subject})
    on conflict do nothing`);
  return rowCount > 0;
}

export async function externalIdentitiesOf(db: Queryable, accountId: string): Promise<readonly ExternalIdentityRow[]> {
  return db.any(sql.type(row)`
    select id, provider, created_at as "createdAt", last_used_at as "lastUsedAt" from external_identity
    where account_id = ${accountId} order by created_at`);
}

export async function unlinkExternalIdentity(db: Queryable, accountId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    sql.unsafe`delete from external_identity where account_id = ${accountId} and id = ${id}`,
  );
  return rowCount > 0;
}

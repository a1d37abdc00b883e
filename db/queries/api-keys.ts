import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const keyRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  accountId: z.string(),
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.date(),
  expiresAt: z.date(),
  lastUsedAt: z.date().nullable(),
});
export type ApiKeyRow = z.infer<typeof keyRow>;
const columns = sql.fragment`k.id, k.organization_id as "organizationId", k.account_id as "accountId", k.name, k.hint, k.scopes,
  k.created_at as "createdAt", k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt"`;

export type NewApiKey = {
  id: string;
  organizationId: string;
  accountId: string;
  name: string;
  tokenSha256: Buffer;
  hint: string;
  scopes: readonly string[];
  expiresInDays: number;
};

/** Once more with the same id is a first request that came to nothing: nobody has seen its token, so the new one replaces it. */
export async function insertApiKey(tx: Queryable, key: NewApiKey): Promise<ApiKeyRow> {
  return tx.one(sql.type(keyRow)`
    insert into api_key as k (id, organization_id, account_id, name, token_sha256, hint, scopes, expires_at)
    values (${key.id}, ${key.organizationId}, ${key.accountId}, ${key.name}, ${sql.binary(key.tokenSha256)}, ${key.hint},
      ${sql.array(key.scopes, 'text')}, now() + ${key.expiresInDays} * interval '1 day')
    on conflict (id) do update set token_sha256 = excluded.token_sha256, hint = excluded.hint
    returning ${columns}`);
}

const listRow = keyRow.extend({ memberName: z.string() });
export type ListedApiKey = z.infer<typeof listRow>;

/** Keys that are not revoked, newest first; of one member, or with null of the whole organization. Expired ones are among them. */
export async function apiKeysOf(
  tx: Queryable,
  organizationId: string,
  accountId: string | null,
): Promise<readonly ListedApiKey[]> {
  return tx.any(sql.type(listRow)`
    select ${columns}, a.name as "memberName" from api_key k join account a on a.id = k.account_id
    where k.organization_id = ${organizationId} and k.revoked_at is null
      and (k.account_id = ${accountId} or ${accountId}::uuid is null)
    order by k.created_at desc, k.id`);
}

/** @returns false when there is no such key, of this member or with null of the organization. */
export async function revokeApiKey(
  tx: Queryable,
  { id, organizationId, accountId }: { id: string; organizationId: string; accountId: string | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    update api_key set revoked_at = now() where id = ${id} and organization_id = ${organizationId} and revoked_at is null
      and (account_id = ${accountId} or ${accountId}::uuid is null)`);
  return rowCount > 0;
}

/** A key that counts, by its token's hash. The last use is noted once a minute at most. */
export async function findApiKey(db: Queryable, tokenSha256: Buffer): Promise<ApiKeyRow | null> {
  const key = await db.maybeOne(sql.type(keyRow)`
    select ${columns} from api_key k
    where k.token_sha256 = ${sql.binary(tokenSha256)} and k.revoked_at is null and k.expires_at > now()`);
  if (key && Date.now() - (key.lastUsedAt?.getTime() ?? 0) > 60_000)
    await db.query(sql.unsafe`update api_key set last_used_at = now() where id = ${key.id}`);
  return key;
}

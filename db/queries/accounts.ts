import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const membership = z.object({
  accountId: z.string(),
  email: z.string(),
  emailVerifiedAt: z.date().nullable(),
  name: z.string(),
  locale: z.enum(['en', 'de']),
  organizationId: z.string(),
  organizationName: z.string(),
  organizationSlug: z.string(),
  role: z.enum(['OWNER', 'ADMIN', 'MEMBER']),
  hostId: z.string(),
  hostSlug: z.string(),
  displayName: z.string(),
  timeZone: z.string(),
  organizations: z.array(z.object({ id: z.string(), name: z.string(), role: z.enum(['OWNER', 'ADMIN', 'MEMBER']) })),
});
/** Somebody who is logged in: account, organization and the host they are there. */
export type Membership = z.infer<typeof membership>;

const columns = sql.fragment`a.id as "accountId", a.email, a.email_verified_at as "emailVerifiedAt", a.name, a.locale,
  o.id as "organizationId", o.name as "organizationName", o.slug as "organizationSlug", m.role,
  h.id as "hostId", h.slug as "hostSlug", h.display_name as "displayName", h.time_zone as "timeZone",
  (select jsonb_agg(jsonb_build_object('id', mine.organization_id, 'name', its.name, 'role', mine.role) order by mine.created_at)
    from member mine join organization its on its.id = mine.organization_id where mine.account_id = a.id) as organizations`;
const tables = sql.fragment`account a join member m on m.account_id = a.id join organization o on o.id = m.organization_id
  join host h on h.account_id = a.id and h.organization_id = o.id`;

/** Without an organization: the one that was worked in last. */
export async function membershipOf(
  db: Queryable,
  accountId: string,
  organizationId?: string,
): Promise<Membership | null> {
  return db.maybeOne(sql.type(membership)`
    select ${columns} from ${tables} where a.id = ${accountId} and (o.id = ${organizationId ?? null} or ${organizationId ?? null}::uuid is null)
    order by m.last_used_at desc nulls last, m.created_at limit 1`);
}

export async function findCredentials(
  db: Queryable,
  email: string,
): Promise<{ accountId: string; passwordHash: string | null } | null> {
  return db.maybeOne(sql.type(z.object({ accountId: z.string(), passwordHash: z.string().nullable() }))`
    select id as "accountId", password_hash as "passwordHash" from account where email = ${email}`);
}

export type NewAccount = {
  /** For a caller that may have to find it again. */
  id?: string;
  email: string;
  name: string;
  locale: string;
  /** Null: only external log-in. */
  passwordHash: string | null;
  organizationName: string;
  timeZone: string;
  slug: string;
};

/** An account with its organization, of which it is the owner, and the host in it. @throws on a taken address or link name. */
export async function createAccount(
  tx: Queryable,
  input: NewAccount,
): Promise<{ accountId: string; organizationId: string; hostId: string }> {
  return tx.one(sql.type(z.object({ accountId: z.string(), organizationId: z.string(), hostId: z.string() }))`
    with new_account as (
      insert into account (id, email, name, locale, password_hash)
      values (coalesce(${input.id ?? null}::uuid, uuidv7()), ${input.email}, ${input.name}, ${input.locale}, ${input.passwordHash}) returning id),
    new_organization as (insert into organization (slug, name) values (${input.slug}, ${input.organizationName}) returning id),
    new_member as (
      insert into member (organization_id, account_id, role) select o.id, a.id, 'OWNER' from new_organization o, new_account a returning account_id),
    new_host as (
      insert into host (organization_id, account_id, slug, display_name, time_zone)
      select o.id, a.id, ${input.slug}, ${input.name}, ${input.timeZone} from new_organization o, new_account a returning id)
    select a.id as "accountId", o.id as "organizationId", h.id as "hostId" from new_account a, new_organization o, new_host h`);
}

/** An account without an organization yet, whose address is known to be its own. @throws on a taken address. */
export async function insertAccount(
  tx: Queryable,
  input: { email: string; name: string; locale: string; passwordHash: string },
): Promise<string> {
  return tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into account (email, name, locale, password_hash, email_verified_at)
    values (${input.email}, ${input.name}, ${input.locale}, ${input.passwordHash}, now()) returning id`);
}

/** The first free name of the form `ada`, `ada-2`, `ada-3` … */
export async function freeSlug(db: Queryable, wanted: string): Promise<string> {
  for (let first = 1; ; first += slugsAtOnce) {
    const candidates = Array.from({ length: slugsAtOnce }, (_, index) =>
      first + index === 1 ? wanted : `${wanted}-${first + index}`,
    );
    const taken = new Set(
      await db.anyFirst(sql.type(z.object({ slug: z.string() }))`
        select slug::text from host where slug = any(${sql.array(candidates, 'citext')})
        union select slug::text from organization where slug = any(${sql.array(candidates, 'citext')})`),
    );
    const free = candidates.find((slug) => !taken.has(slug));
    if (free) return free;
  }
}

const slugsAtOnce = 50;

export async function changeProfile(
  tx: Queryable,
  member: Membership,
  change: {
    displayName?: string | undefined;
    slug?: string | undefined;
    timeZone?: string | undefined;
    locale?: string | undefined;
  },
): Promise<void> {
  await tx.query(sql.unsafe`
    update host set display_name = coalesce(${change.displayName ?? null}, display_name), slug = coalesce(${change.slug ?? null}, slug),
      time_zone = coalesce(${change.timeZone ?? null}, time_zone)
    where id = ${member.hostId}`);
  if (change.locale)
    await tx.query(sql.unsafe`update account set locale = ${change.locale} where id = ${member.accountId}`);
}

export async function setPassword(tx: Queryable, accountId: string, passwordHash: string): Promise<void> {
  await tx.query(sql.unsafe`update account set password_hash = ${passwordHash} where id = ${accountId}`);
}

export async function verifyEmail(tx: Queryable, accountId: string): Promise<void> {
  await tx.query(
    sql.unsafe`update account set email_verified_at = coalesce(email_verified_at, now()) where id = ${accountId}`,
  );
}

export type TokenPurpose = 'verify_email' | 'reset_password';

/** Earlier links of the same purpose end with the new one. */
export async function insertAccountToken(
  tx: Queryable,
  token: { sha256: Buffer; accountId: string; purpose: TokenPurpose; minutes: number },
): Promise<void> {
  await tx.query(sql.unsafe`
    update account_token set used_at = now() where account_id = ${token.accountId} and purpose = ${token.purpose} and used_at is null`);
  await tx.query(sql.unsafe`
    insert into account_token (token_sha256, account_id, purpose, expires_at)
    values (${sql.binary(token.sha256)}, ${token.accountId}, ${token.purpose}, now() + ${token.minutes} * interval '1 minute')`);
}

/** @returns whose token it was, once; null when it is unknown, used or too old. */
export async function useAccountToken(tx: Queryable, sha256: Buffer, purpose: TokenPurpose): Promise<string | null> {
  return tx.maybeOneFirst(sql.type(z.object({ accountId: z.string() }))`
    update account_token set used_at = now()
    where token_sha256 = ${sql.binary(sha256)} and purpose = ${purpose} and used_at is null and expires_at > now()
    returning account_id as "accountId"`);
}

import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import { freeSlug } from './accounts.ts';

const role = z.enum(['OWNER', 'ADMIN', 'MEMBER']);
export type Role = z.infer<typeof role>;

const memberRow = z.object({
  accountId: z.string(),
  name: z.string(),
  email: z.string(),
  locale: z.string(),
  role,
  joinedAt: z.date(),
  hostId: z.string(),
  slug: z.string(),
  displayName: z.string(),
  upcomingBookings: z.number(),
});
export type MemberRow = z.infer<typeof memberRow>;

const upcoming = sql.fragment`(select count(*) from booking b where b.host_id = h.id and b.organization_id = h.organization_id
  and b.status in ('held', 'confirmed', 'displaced') and b.ends_at > now()) as "upcomingBookings"`;
const columns = sql.fragment`a.id as "accountId", a.name, a.email, a.locale, m.role, m.created_at as "joinedAt", h.id as "hostId", h.slug,
  h.display_name as "displayName", ${upcoming}`;
const tables = sql.fragment`member m join account a on a.id = m.account_id
  join host h on h.account_id = m.account_id and h.organization_id = m.organization_id`;

export async function membersOf(db: Queryable, organizationId: string): Promise<readonly MemberRow[]> {
  return db.any(
    sql.type(
      memberRow,
    )`select ${columns} from ${tables} where m.organization_id = ${organizationId} order by a.name, a.id`,
  );
}

export async function findMember(db: Queryable, organizationId: string, accountId: string): Promise<MemberRow | null> {
  return db.maybeOne(sql.type(memberRow)`
    select ${columns} from ${tables} where m.organization_id = ${organizationId} and m.account_id = ${accountId}`);
}

export async function isMemberByEmail(db: Queryable, organizationId: string, email: string): Promise<boolean> {
  return db.exists(sql.unsafe`
    select from member m join account a on a.id = m.account_id where m.organization_id = ${organizationId} and a.email = ${email}`);
}

const formerRow = z.object({
  hostId: z.string(),
  displayName: z.string(),
  leftAt: z.date(),
  upcomingBookings: z.number(),
});
export type FormerMemberRow = z.infer<typeof formerRow>;

/** Hosts who are members no longer: their bookings are still there. */
export async function formerMembersOf(db: Queryable, organizationId: string): Promise<readonly FormerMemberRow[]> {
  return db.any(sql.type(formerRow)`
    select h.id as "hostId", h.display_name as "displayName", h.left_at as "leftAt", ${upcoming}
    from host h where h.organization_id = ${organizationId} and h.left_at is not null order by h.left_at desc`);
}

/** Whether somebody who is a member now is this host. */
export async function isCurrentHost(db: Queryable, organizationId: string, hostId: string): Promise<boolean> {
  return db.exists(
    sql.unsafe`select from host where id = ${hostId} and organization_id = ${organizationId} and left_at is null`,
  );
}

export type NewMember = {
  organizationId: string;
  accountId: string;
  role: Role;
  displayName: string;
  timeZone: string;
  /** Wished for the public page; a number is added when it is taken. */
  slug: string;
};

/**
 * Makes an account a member, with a host of its own. One who was a member before gets the old host back, with its link and its bookings.
 * @returns whether the host is new: then it has no working hours yet; null when the account is a member already.
 */
export async function addMember(tx: Queryable, input: NewMember): Promise<{ hostId: string; isNew: boolean } | null> {
  const { rowCount } = await tx.query(sql.unsafe`
    insert into member (organization_id, account_id, role) values (${input.organizationId}, ${input.accountId}, ${input.role}) on conflict do nothing`);
  if (rowCount === 0) return null;
  const id = sql.type(z.object({ id: z.string() }));
  const known = await tx.maybeOneFirst(id`
    update host set left_at = null where organization_id = ${input.organizationId} and account_id = ${input.accountId} returning id`);
  if (known) return { hostId: known, isNew: false };
  const hostId = await tx.oneFirst(id`
    insert into host (organization_id, account_id, slug, display_name, time_zone)
    values (${input.organizationId}, ${input.accountId}, ${await freeSlug(tx, input.slug)}, ${input.displayName}, ${input.timeZone}) returning id`);
  return { hostId, isNew: true };
}

/** Changes of an organization's members happen one after another: two owners who demote each other must not both succeed. */
export async function lockMembers(tx: Queryable, organizationId: string): Promise<void> {
  await tx.query(sql.unsafe`select from organization where id = ${organizationId} for update`);
}

/** Whether nobody else could give the organization an owner again. Under `lockMembers`. */
export async function isLastOwner(tx: Queryable, organizationId: string, accountId: string): Promise<boolean> {
  const owners = await tx.anyFirst(sql.type(z.object({ accountId: z.string() }))`
    select account_id as "accountId" from member where organization_id = ${organizationId} and role = 'OWNER'`);
  return owners.length === 1 && owners[0] === accountId;
}

export async function setRole(tx: Queryable, organizationId: string, accountId: string, to: Role): Promise<void> {
  await tx.query(sql.unsafe`
    update member set role = ${to} where organization_id = ${organizationId} and account_id = ${accountId}`);
}

/** The pages of the host and the API keys end at once; bookings, meeting types and schedules stay with the organization. */
export async function removeMember(tx: Queryable, organizationId: string, accountId: string): Promise<void> {
  await tx.query(
    sql.unsafe`update host set left_at = now() where organization_id = ${organizationId} and account_id = ${accountId}`,
  );
  await tx.query(
    sql.unsafe`delete from member where organization_id = ${organizationId} and account_id = ${accountId}`,
  );
  // For good: who comes back one day does not bring back keys that may be anywhere by then.
  await tx.query(sql.unsafe`
    update api_key set revoked_at = now() where organization_id = ${organizationId} and account_id = ${accountId} and revoked_at is null`);
}

/** An account's sessions in one organization; those in others go on. */
export async function endMemberSessions(tx: Queryable, organizationId: string, accountId: string): Promise<void> {
  await tx.query(
    sql.unsafe`delete from session where organization_id = ${organizationId} and account_id = ${accountId}`,
  );
}

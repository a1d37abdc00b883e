import { sql } from 'slonik';
import { z } from 'zod';
import type { AuditAction } from '#domain/audit-actions.ts';
import type { ActorType } from '#domain/events.ts';
import type { Queryable } from '../pool.ts';

export type Actor = { type: ActorType; id: string | null; ip: string | null };
export const system: Actor = { type: 'system', id: null, ip: null };

export type AuditEntryInput = {
  organizationId: string;
  at: Date;
  actor: Actor;
  action: AuditAction;
  bookingId?: string;
  subject?: { type: string; id: string };
  /** Ids, states, times, hashes. Never a name or an address. */
  detail?: Record<string, unknown>;
};

/** Appends to the organization's hash chain. Last in its transaction: it locks the chain's head until commit. */
export async function appendAudit(tx: Queryable, entry: AuditEntryInput): Promise<void> {
  await tx.query(sql.unsafe`select ${appendOf(entry)}`);
}

/** The same as a part of the statement that ends a change. */
export function appendOf(entry: AuditEntryInput) {
  return sql.fragment`append_audit_event(${entry.organizationId}, ${entry.at.toISOString()}, ${entry.actor.type}, ${entry.actor.id}, ${entry.action},
      ${entry.bookingId ?? null}, ${entry.subject?.type ?? null}, ${entry.subject?.id ?? null}, ${JSON.stringify(entry.detail ?? {})}::jsonb,
      ${entry.actor.ip})`;
}

const auditRow = z.object({
  id: z.string(),
  at: z.date(),
  action: z.string(),
  actorType: z.enum(['guest', 'host', 'operator', 'system', 'provider']),
  actorName: z.string().nullable(),
  ip: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditRow = z.infer<typeof auditRow>;

// One look for each entry: what decides which accounts a host's request may see made Postgres read all of them.
const joinedActor = sql.fragment`left join lateral (
    select id, name from account where id = case when e.actor_type = 'host' then e.actor_id::uuid end limit 1) a on true`;

/** A booking's trail, oldest first. Hosts' names are looked up; guests are never named here. */
export async function bookingAudit(db: Queryable, bookingId: string): Promise<readonly AuditRow[]> {
  return db.any(sql.type(auditRow)`
    select e.id, e.at, e.action, e.actor_type as "actorType", a.name as "actorName", e.ip, e.detail
    from audit_event e ${joinedActor} where e.booking_id = ${bookingId} order by e.position`);
}

const eventRow = auditRow.extend({
  position: z.number(),
  accountId: z.string().nullable(),
  bookingId: z.string().nullable(),
  subjectType: z.string().nullable(),
  subjectId: z.string().nullable(),
  subjectName: z.string().nullable(),
});
export type AuditEventRow = z.infer<typeof eventRow>;

export type AuditFilter = {
  organizationId: string;
  actorType?: ActorType | undefined;
  accountId?: string | undefined;
  actions?: readonly AuditAction[] | undefined;
  bookingId?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  before?: number | undefined;
  limit: number;
};

/** A page of an organization's audit log, newest first: by position, so as fast on the last page as on the first. */
export async function auditLog(db: Queryable, filter: AuditFilter): Promise<readonly AuditEventRow[]> {
  const conditions = [
    sql.fragment`e.organization_id = ${filter.organizationId}`,
    filter.actorType && sql.fragment`e.actor_type = ${filter.actorType}`,
    filter.accountId && sql.fragment`e.actor_type = 'host' and e.actor_id = ${filter.accountId}`,
    filter.actions && sql.fragment`e.action = any(${sql.array([...filter.actions], 'text')})`,
    filter.bookingId && sql.fragment`e.booking_id = ${filter.bookingId}`,
    filter.from && sql.fragment`e.at >= ${filter.from.toISOString()}`,
    filter.to && sql.fragment`e.at < ${filter.to.toISOString()}`,
    filter.before !== undefined && sql.fragment`e.position < ${filter.before}`,
  ].filter((condition) => typeof condition === 'object');
  return db.any(sql.type(eventRow)`
    select e.id, e.position, e.at, e.action, e.actor_type as "actorType", a.name as "actorName", a.id as "accountId", e.ip, e.detail,
      e.booking_id as "bookingId", e.subject_type as "subjectType", e.subject_id as "subjectId",
      case e.subject_type
        when 'member' then (select name from account where id = e.subject_id::uuid)
        when 'invitation' then (select email::text from invitation where id = e.subject_id::uuid)
        when 'schedule' then (select name from schedule where id = e.subject_id::uuid)
        when 'meeting_type' then (select title from meeting_type where id = e.subject_id::uuid)
        when 'nda_template' then (select name from nda_template where id = e.subject_id::uuid)
      end as "subjectName"
    from audit_event e ${joinedActor}
    where ${sql.join(conditions, sql.fragment` and `)}
    order by e.position desc limit ${filter.limit}`);
}

/**
 * Positions whose hash does not follow from what is stored, and the head's when it is not the last entry's: an empty answer means that the
 * chain holds, from its first entry to its newest.
 */
export async function brokenAuditLinks(db: Queryable, organizationId: string): Promise<readonly number[]> {
  return db.anyFirst(sql.type(z.object({ position: z.number() }))`
    select position from (
      select position, sha256, previous_sha256,
        coalesce(lag(sha256) over (order by position), sha256(organization_id::text::bytea)) as expected_previous,
        coalesce(lag(position) over (order by position), 0) as last_position,
        audit_entry_sha256(previous_sha256, id, organization_id, position, at, actor_type, actor_id, action, booking_id, subject_type, subject_id,
          detail, ip) as expected
      from audit_event where organization_id = ${organizationId}
    ) chain
    where sha256 <> expected or previous_sha256 <> expected_previous or position <> last_position + 1
    union
    select head.position from audit_head head
    where head.organization_id = ${organizationId} and head.position > 0 and not exists (
      select from audit_event entry
      where entry.organization_id = head.organization_id and entry.position = head.position and entry.sha256 = head.sha256)
    order by position`);
}

export type AuditChain = {
  organizationId: string;
  entries: number;
  /** Null: the chain holds from its first entry to its newest. The entry is null where it was taken out at the end. */
  firstBroken: { position: number; entry: { id: string; at: Date; action: string } | null } | null;
};

const chainRow = z.object({ organizationId: z.string(), entries: z.number() });
const brokenRow = z.object({ id: z.string(), at: z.date(), action: z.string() });

/**
 * Walks the hash chain of one organization, or of each, and names the first link that does not follow: an entry that was changed, one that
 * stands where another was taken out or put in, or a head that is not the last entry's. Every entry after it may be right by itself.
 */
export async function verifyAuditChain(db: Queryable, organizationId?: string): Promise<AuditChain[]> {
  const which = organizationId ? sql.fragment`where organization_id = ${organizationId}` : sql.fragment``;
  const chains = await db.any(sql.type(chainRow)`
    select organization_id as "organizationId", position as entries from audit_head ${which} order by organization_id`);
  const walked: AuditChain[] = [];
  for (const chain of chains) {
    const [position] = await brokenAuditLinks(db, chain.organizationId);
    const entry =
      position === undefined
        ? null
        : await db.maybeOne(sql.type(brokenRow)`
            select id, at, action from audit_event where organization_id = ${chain.organizationId} and position = ${position}`);
    walked.push({ ...chain, firstBroken: position === undefined ? null : { position, entry } });
  }
  return walked;
}

import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import type { Role } from './members.ts';

const invitationRow = z.object({
  id: z.string(),
  email: z.string(),
  role: z.enum(['OWNER', 'ADMIN', 'MEMBER']),
  invitedBy: z.string().nullable(),
  sentAt: z.date(),
  expiresAt: z.date(),
});
export type InvitationRow = z.infer<typeof invitationRow>;

const columns = sql.fragment`i.id, i.email, i.role, a.name as "invitedBy", i.sent_at as "sentAt", i.expires_at as "expiresAt"`;
const open = sql.fragment`i.accepted_at is null and i.withdrawn_at is null`;

/** Those that wait for an answer, also those whose link is too old by now. */
export async function openInvitations(db: Queryable, organizationId: string): Promise<readonly InvitationRow[]> {
  return db.any(sql.type(invitationRow)`
    select ${columns} from invitation i left join account a on a.id = i.invited_by
    where i.organization_id = ${organizationId} and ${open} order by i.created_at desc`);
}

export async function findInvitation(db: Queryable, organizationId: string, id: string): Promise<InvitationRow | null> {
  return db.maybeOne(sql.type(invitationRow)`
    select ${columns} from invitation i left join account a on a.id = i.invited_by
    where i.id = ${id} and i.organization_id = ${organizationId} and ${open}`);
}

export type NewInvitation = {
  organizationId: string;
  email: string;
  role: Role;
  invitedBy: string;
  tokenSha256: Buffer;
  days: number;
};

/** @throws when the address has an invitation that is still open. One that is too old makes room for the new one. */
export async function insertInvitation(tx: Queryable, input: NewInvitation): Promise<string> {
  await tx.query(sql.unsafe`
    update invitation i set withdrawn_at = now()
    where i.organization_id = ${input.organizationId} and i.email = ${input.email} and ${open} and i.expires_at <= now()`);
  return tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into invitation (organization_id, email, role, token_sha256, invited_by, expires_at)
    values (${input.organizationId}, ${input.email}, ${input.role}, ${sql.binary(input.tokenSha256)}, ${input.invitedBy},
      now() + ${input.days} * interval '1 day')
    returning id`);
}

/** A new link; the one before it ends. */
export async function renewInvitation(tx: Queryable, id: string, tokenSha256: Buffer, days: number): Promise<void> {
  await tx.query(sql.unsafe`
    update invitation i set token_sha256 = ${sql.binary(tokenSha256)}, sent_at = now(), expires_at = now() + ${days} * interval '1 day'
    where i.id = ${id} and ${open}`);
}

export async function withdrawInvitation(tx: Queryable, organizationId: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    update invitation i set withdrawn_at = now() where i.id = ${id} and i.organization_id = ${organizationId} and ${open}`);
  return rowCount > 0;
}

const offeredRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  organizationName: z.string(),
  email: z.string(),
  role: z.enum(['OWNER', 'ADMIN', 'MEMBER']),
  inviterName: z.string(),
  expiresAt: z.date(),
  accountId: z.string().nullable(),
  accountName: z.string().nullable(),
  isConfirmed: z.boolean(),
  /** Of the account's newest host in any organization. */
  timeZone: z.string().nullable(),
});
/** What a link offers, and the account that has its address, when there is one. */
export type OfferedInvitation = z.infer<typeof offeredRow>;

/** What the link with this token offers, as long as it does; locked until the end of the transaction. */
export async function lockInvitation(tx: Queryable, tokenSha256: Buffer): Promise<OfferedInvitation | null> {
  return tx.maybeOne(sql.type(offeredRow)`
    select i.id, o.id as "organizationId", o.name as "organizationName", i.email, i.role, inviter.name as "inviterName",
      i.expires_at as "expiresAt", a.id as "accountId", a.name as "accountName", a.email_verified_at is not null as "isConfirmed",
      (select h.time_zone from host h where h.account_id = a.id order by h.created_at desc limit 1) as "timeZone"
    from invitation i join organization o on o.id = i.organization_id join account inviter on inviter.id = i.invited_by
      left join account a on a.email = i.email
    where i.token_sha256 = ${sql.binary(tokenSha256)} and ${open} and i.expires_at > now()
    for update of i`);
}

export async function markAccepted(tx: Queryable, id: string, accountId: string): Promise<void> {
  await tx.query(sql.unsafe`update invitation set accepted_at = now(), accepted_by = ${accountId} where id = ${id}`);
}

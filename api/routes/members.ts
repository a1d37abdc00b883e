import { reachOf } from '#contract/permissions.ts';
import { asOrganization, type Transaction } from '#db/pool.ts';
import { membershipOf } from '#db/queries/accounts.ts';
import { appendAudit, type AuditEntryInput } from '#db/queries/audit.ts';
import * as members from '#db/queries/members.ts';
import { changeOrganization, readOrganization } from '#db/queries/organizations.ts';
import { endSession } from '#db/queries/sessions.ts';
import { sendAccountMail } from '../auth/account-links.ts';
import { requestAccountMail, type AccountMail } from '../auth/account-mail.ts';
import { forgetCookie, scopeOf, startSession, type HostCaller } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import * as present from '../presenters/organization.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';

type MemberHandlers = Pick<
  Handlers,
  | 'readOrganization'
  | 'changeOrganization'
  | 'switchOrganization'
  | 'listMembers'
  | 'leaveOrganization'
  | 'changeMemberRole'
  | 'removeMember'
>;
type Asking = Pick<Call<'leaveOrganization'>, 'who' | 'ip' | 'userAgent' | 'response'>;

/** The organization, and who belongs to it. Everything runs as the organization's own request. */
export function memberRoutes(parts: ApiParts): MemberHandlers {
  const { database } = parts;
  return {
    ...organizationRoutes(parts),
    listMembers: ({ who }) =>
      asOrganization(database, scopeOf(who), async (tx) => {
        const seesBookings = reachOf('listBookings', who) === 'organization';
        const [now, before] = [
          await members.membersOf(tx, who.organizationId),
          await members.formerMembersOf(tx, who.organizationId),
        ];
        return {
          items: now.map((row) => present.member(row, seesBookings)),
          former: before.map((row) => present.formerMember(row, seesBookings)),
        };
      }),
    leaveOrganization: (call) => leave(parts, call),
    removeMember: async (call) => {
      const { who, params } = call;
      if (params.id === who.accountId) return leave(parts, call);
      const messageId = await asOrganization(database, scopeOf(who), async (tx) => {
        const member = await takeOut(tx, who.organizationId, params.id);
        const mail = mailTo(who, member, { kind: 'membership_ended', key: `membership_ended:${crypto.randomUUID()}` });
        const id = await requestAccountMail(tx, parts.cipher, mail);
        await appendAudit(tx, aboutMember(call, params.id, parts.clock.now(), 'member.removed', { role: member.role }));
        return id;
      });
      await sendAccountMail(parts, messageId);
    },
    changeMemberRole: (call) => changeRole(parts, call),
  };
}

function organizationRoutes(
  parts: ApiParts,
): Pick<MemberHandlers, 'readOrganization' | 'changeOrganization' | 'switchOrganization'> {
  const { database } = parts;
  return {
    readOrganization: ({ who }) =>
      asOrganization(database, scopeOf(who), (tx) => readOrganization(tx, who.organizationId)),
    changeOrganization: ({ who, body, ip }) =>
      asOrganization(database, scopeOf(who), async (tx) => {
        await changeOrganization(tx, who.organizationId, body);
        const changed = await readOrganization(tx, who.organizationId);
        await appendAudit(tx, {
          organizationId: who.organizationId,
          at: parts.clock.now(),
          actor: { type: 'host', id: who.accountId, ip },
          action: 'organization.changed',
          detail: { fields: Object.keys(body) },
        });
        return changed;
      }),
    switchOrganization: async ({ who, body, ip, userAgent, response }) => {
      const there = await membershipOf(database, who.accountId, body.organizationId);
      if (!there) throw new Refused('not_found');
      await appendAudit(database, {
        organizationId: there.organizationId,
        at: parts.clock.now(),
        actor: { type: 'host', id: who.accountId, ip },
        action: 'session.switched',
      });
      // Other rights: another token, and the old one is worth nothing.
      await endSession(database, who.accountId, who.sessionId);
      return me(await startSession(parts, response, there, { ip, userAgent }));
    },
  };
}

/** The member, if they may go: an organization without an owner could never get one again. */
async function takeOut(tx: Transaction, organizationId: string, accountId: string): Promise<members.MemberRow> {
  await members.lockMembers(tx, organizationId);
  const member = await members.findMember(tx, organizationId, accountId);
  if (!member) throw new Refused('not_found');
  if (await members.isLastOwner(tx, organizationId, accountId)) throw new Refused('last_owner');
  await members.removeMember(tx, organizationId, accountId);
  await members.endMemberSessions(tx, organizationId, accountId);
  return member;
}

async function leave(parts: ApiParts, call: Asking): Promise<void> {
  const { who, ip, userAgent, response } = call;
  await asOrganization(parts.database, scopeOf(who), async (tx) => {
    const { role } = await takeOut(tx, who.organizationId, who.accountId);
    await appendAudit(tx, aboutMember(call, who.accountId, parts.clock.now(), 'member.left', { role }));
  });
  const elsewhere = await membershipOf(parts.database, who.accountId);
  if (elsewhere) await startSession(parts, response, elsewhere, { ip, userAgent });
  else forgetCookie(response, parts.publicUrl);
}

async function changeRole(parts: ApiParts, call: Call<'changeMemberRole'>) {
  const { who, params, body } = call;
  const { organizationId } = who;
  const { member, messageId } = await asOrganization(parts.database, scopeOf(who), async (tx) => {
    await members.lockMembers(tx, organizationId);
    const before = await members.findMember(tx, organizationId, params.id);
    if (!before) throw new Refused('not_found');
    if (before.role === body.role) return { member: before, messageId: null };
    if (await members.isLastOwner(tx, organizationId, params.id)) throw new Refused('last_owner');
    await members.setRole(tx, organizationId, params.id, body.role);
    // Other rights begin with a new log-in, and nothing that was open under the old ones goes on.
    await members.endMemberSessions(tx, organizationId, params.id);
    const mail = mailTo(who, before, { kind: 'role_changed', key: `role_changed:${crypto.randomUUID()}` });
    mail.payload['role'] = body.role;
    mail.payload['url'] = `${parts.publicUrl}/dashboard`;
    const id = params.id === who.accountId ? null : await requestAccountMail(tx, parts.cipher, mail);
    await appendAudit(
      tx,
      aboutMember(call, params.id, parts.clock.now(), 'member.role_changed', {
        fromRole: before.role,
        role: body.role,
      }),
    );
    return { member: { ...before, role: body.role }, messageId: id };
  });
  await sendAccountMail(parts, messageId);
  if (params.id === who.accountId && member.role !== who.role) await startSession(parts, call.response, who, call);
  return present.member(member, true);
}

function mailTo(
  { organizationId, organizationName }: HostCaller,
  { email, name, locale }: members.MemberRow,
  about: Pick<AccountMail, 'kind' | 'key'>,
): AccountMail {
  return {
    ...about,
    organizationId,
    payload: { address: email, recipientName: name, organizationName, locale },
  };
}

function aboutMember(
  { who, ip }: Pick<Asking, 'who' | 'ip'>,
  accountId: string,
  at: Date,
  action: AuditEntryInput['action'],
  detail: Record<string, unknown>,
): AuditEntryInput {
  return {
    organizationId: who.organizationId,
    at,
    actor: { type: 'host', id: who.accountId, ip },
    action,
    subject: { type: 'member', id: accountId },
    detail,
  };
}

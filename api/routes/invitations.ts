import { randomBytes } from 'node:crypto';
import { sha256 } from '#db/personal.ts';
import { asOrganization, type Transaction } from '#db/pool.ts';
import { insertAccount } from '#db/queries/accounts.ts';
import { appendAudit, type AuditEntryInput } from '#db/queries/audit.ts';
import * as invitations from '#db/queries/invitations.ts';
import { addMember, isMemberByEmail } from '#db/queries/members.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import { sendAccountMail } from '../auth/account-links.ts';
import { requestAccountMail } from '../auth/account-mail.ts';
import { scopeOf, startSession, type HostCaller } from '../auth/identity.ts';
import { officeHours, slugOf } from '../auth/new-account.ts';
import { hashPassword, refuseWeakPassword } from '../auth/passwords.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import * as present from '../presenters/organization.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type InvitationHandlers = Pick<
  Handlers,
  | 'listInvitations'
  | 'invite'
  | 'resendInvitation'
  | 'withdrawInvitation'
  | 'readInvitation'
  | 'registerByInvitation'
  | 'joinByInvitation'
>;

const validDays = 7;

/** How people come into an organization: by a link that was mailed to their address, once. */
export function invitationRoutes(parts: ApiParts, auth: AuthParts): InvitationHandlers {
  return { ...invitingRoutes(parts, auth), ...acceptingRoutes(parts, auth) };
}

type Asking = { who: HostCaller; ip: string | null };

function invitingRoutes(
  parts: ApiParts,
  { limiter }: AuthParts,
): Pick<InvitationHandlers, 'listInvitations' | 'invite' | 'resendInvitation' | 'withdrawInvitation'> {
  const { database } = parts;
  /** Each mail to a stranger's address counts, whatever address it was asked from. */
  const spend = ({ who }: Asking) => limiter('attemptsPerMinute', `invite:${who.accountId}@`);
  const find = async (tx: Transaction, who: HostCaller, id: string) => {
    const row = await invitations.findInvitation(tx, who.organizationId, id);
    if (!row) throw new Refused('not_found');
    return row;
  };
  return {
    listInvitations: ({ who }) =>
      asOrganization(database, scopeOf(who), async (tx) => ({
        items: (await invitations.openInvitations(tx, who.organizationId)).map(present.invitation),
      })),
    invite: async (call) => {
      await spend(call);
      const { who, body } = call;
      const token = newToken();
      return mailed(parts, async (tx) => {
        const { organizationId } = who;
        if (await isMemberByEmail(tx, organizationId, body.email)) throw new Refused('already_member');
        const tokenSha256 = sha256(token);
        const invitedBy = who.accountId;
        const id = await invitations.insertInvitation(tx, {
          ...{ organizationId, invitedBy, tokenSha256, days: validDays },
          ...body,
        });
        return send(parts, tx, call, { row: await find(tx, who, id), token, action: 'invitation.sent' });
      })(who);
    },
    resendInvitation: async (call) => {
      await spend(call);
      const { who, params } = call;
      const token = newToken();
      return mailed(parts, async (tx) => {
        await find(tx, who, params.id);
        await invitations.renewInvitation(tx, params.id, sha256(token), validDays);
        return send(parts, tx, call, { row: await find(tx, who, params.id), token, action: 'invitation.resent' });
      })(who);
    },
    withdrawInvitation: (call) =>
      asOrganization(database, scopeOf(call.who), async (tx) => {
        if (!(await invitations.withdrawInvitation(tx, call.who.organizationId, call.params.id)))
          throw new Refused('not_found');
        await appendAudit(tx, aboutInvitation(call, call.params.id, parts.clock.now(), 'invitation.withdrawn', {}));
      }),
  };
}

type Sent = { row: invitations.InvitationRow; messageId: string | null };

/** Runs the change as the organization, and starts its mail after the commit. */
function mailed(parts: ApiParts, work: (tx: Transaction) => Promise<Sent>) {
  return async (who: HostCaller) => {
    const { row, messageId } = await asOrganization(parts.database, scopeOf(who), work);
    await sendAccountMail(parts, messageId);
    return present.invitation(row);
  };
}

async function send(
  parts: ApiParts,
  tx: Transaction,
  call: Asking,
  { row, token, action }: { row: invitations.InvitationRow; token: string; action: AuditEntryInput['action'] },
): Promise<Sent> {
  const { who } = call;
  const messageId = await requestAccountMail(tx, parts.cipher, {
    organizationId: who.organizationId,
    kind: 'invitation',
    key: `invitation:${sha256(token).toString('hex').slice(0, 32)}`,
    payload: {
      address: row.email,
      recipientName: '',
      organizationName: who.organizationName,
      locale: who.locale,
      inviterName: who.name,
      role: row.role,
      expiresInDays: validDays,
      url: `${parts.publicUrl}/invitation#${token}`,
    },
  });
  await appendAudit(tx, aboutInvitation(call, row.id, parts.clock.now(), action, { role: row.role }));
  return { row, messageId };
}

function acceptingRoutes(
  parts: ApiParts,
  { guesses }: AuthParts,
): Pick<InvitationHandlers, 'readInvitation' | 'registerByInvitation' | 'joinByInvitation'> {
  const { database } = parts;
  const lock = async (tx: Transaction, token: string) => {
    const offer = await invitations.lockInvitation(tx, sha256(token));
    if (!offer) throw new Refused('token_invalid');
    return offer;
  };
  return {
    readInvitation: ({ body }) =>
      database.transaction(async (tx) => present.offeredInvitation(await lock(tx, body.token))),
    registerByInvitation: async ({ body, ip, userAgent, response }) => {
      await refuseWeakPassword(body.password, [body.name]);
      const passwordHash = await hashPassword(body.password);
      const who = await database.transaction(async (tx) => {
        const offer = await lock(tx, body.token);
        if (offer.accountId) throw new Refused('email_taken');
        const accountId = await insertAccount(tx, { ...body, email: offer.email, passwordHash });
        await admit(tx, offer, { ...body, accountId, ip, at: parts.clock.now() });
        return { accountId, organizationId: offer.organizationId };
      });
      const session = await startSession(parts, response, who, { ip, userAgent });
      guesses.rememberDevice(response, who.accountId);
      return me(session);
    },
    joinByInvitation: async ({ body, ip }) =>
      database.transaction(async (tx) => {
        const offer = await lock(tx, body.token);
        const { accountId, accountName } = offer;
        if (!accountId || !accountName) throw new Refused('account_missing');
        // Whoever registered with this address may be somebody else than who reads its mail.
        if (!offer.isConfirmed) throw new Refused('account_unconfirmed');
        await admit(tx, offer, { accountId, name: accountName, timeZone: 'UTC', ip, at: parts.clock.now() });
        return { organization: { id: offer.organizationId, name: offer.organizationName } };
      }),
  };
}

type Newcomer = { accountId: string; name: string; timeZone: string; ip: string | null; at: Date };

/** A member with a host of their own, who starts with office hours in their zone: for an account that has one, that of its other host. */
async function admit(tx: Transaction, offer: invitations.OfferedInvitation, person: Newcomer): Promise<void> {
  const { organizationId, role } = offer;
  const { accountId, name: displayName, ip, at } = person;
  const timeZone = offer.timeZone ?? person.timeZone;
  const member = { organizationId, accountId, role, displayName, timeZone, slug: slugOf(displayName) };
  const host = await addMember(tx, member);
  if (host?.isNew) {
    const rules = { timeZone, weekly: officeHours, overrides: [], blackouts: [], travel: [] };
    await insertSchedule(tx, { ...offer, hostId: host.hostId }, { name: 'Working hours', isDefault: true, rules });
  }
  await invitations.markAccepted(tx, offer.id, accountId);
  await appendAudit(tx, {
    organizationId,
    at,
    actor: { type: 'host', id: accountId, ip },
    action: 'invitation.accepted',
    subject: { type: 'invitation', id: offer.id },
    detail: { role },
  });
}

const newToken = (): string => randomBytes(32).toString('base64url');

function aboutInvitation(
  { who, ip }: Asking,
  id: string,
  at: Date,
  action: AuditEntryInput['action'],
  detail: Record<string, unknown>,
): AuditEntryInput {
  return {
    organizationId: who.organizationId,
    at,
    actor: { type: 'host', id: who.accountId, ip },
    action,
    subject: { type: 'invitation', id },
    detail,
  };
}

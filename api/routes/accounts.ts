import { randomBytes } from 'node:crypto';
import { sha256 } from '#db/personal.ts';
import * as accounts from '#db/queries/accounts.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { requestAccountMessage } from '#db/queries/messages.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import { endSession, endSessions, sessionsOf } from '#db/queries/sessions.ts';
import { forgetCookie, startSession } from '../auth/identity.ts';
import { hashPassword, passwordFits } from '../auth/passwords.ts';
import type { Limiter } from '../limits.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

type AccountHandlers = Pick<
  Handlers,
  | 'register'
  | 'logIn'
  | 'logOut'
  | 'me'
  | 'changeProfile'
  | 'listSessions'
  | 'revokeSession'
  | 'revokeOtherSessions'
  | 'requestEmailVerification'
  | 'verifyEmail'
  | 'requestPasswordReset'
  | 'resetPassword'
>;

const verifyMinutes = 24 * 60;
const resetMinutes = 30;

/** Weekdays from nine to five: something to start from. */
const office = [['09:00', '17:00']] as [string, string][];
export const officeHours = { mon: office, tue: office, wed: office, thu: office, fri: office, sat: [], sun: [] };

export function accountRoutes(parts: ApiParts, limiter: Limiter): AccountHandlers {
  return { ...entryRoutes(parts, limiter), ...sessionRoutes(parts), ...recoveryRoutes(parts, limiter) };
}

/** Coming in, going out, and who one is. */
function entryRoutes(
  parts: ApiParts,
  limiter: Limiter,
): Pick<AccountHandlers, 'register' | 'logIn' | 'logOut' | 'me' | 'changeProfile'> {
  const { database, publicUrl } = parts;
  return {
    register: async ({ body, ip, userAgent, response }) => {
      const passwordHash = await hashPassword(body.password);
      const who = await database.transaction(async (tx) => {
        const slug = await accounts.freeSlug(tx, slugOf(body.name));
        const made = await accounts.createAccount(tx, { ...body, slug, passwordHash });
        const rules = { timeZone: body.timeZone, weekly: officeHours, overrides: [], blackouts: [], travel: [] };
        await insertSchedule(tx, made, { name: 'Working hours', isDefault: true, rules });
        await appendAudit(tx, {
          organizationId: made.organizationId,
          at: new Date(),
          actor: { type: 'host', id: made.accountId, ip },
          action: 'account.registered',
        });
        return made;
      });
      await mailLink(parts, who.accountId, 'verify_email');
      return me(await startSession(database, response, who, { publicUrl, ip, userAgent }));
    },
    logIn: async ({ body, ip, userAgent, response }) => {
      // Counted per address and account together: a stranger cannot use up the host's own attempts.
      await limiter('attemptsPerMinute', `log-in:${ip}:${body.email.toLowerCase()}@`);
      const known = await accounts.findCredentials(database, body.email);
      const fits = await passwordFits(known?.passwordHash ?? null, body.password);
      const member = fits && known ? await accounts.membershipOf(database, known.accountId) : null;
      if (!member) throw new Refused('wrong_credentials');
      await appendAudit(database, {
        organizationId: member.organizationId,
        at: new Date(),
        actor: { type: 'host', id: member.accountId, ip },
        action: 'session.started',
      });
      return me(await startSession(database, response, member, { publicUrl, ip, userAgent }));
    },
    logOut: async ({ who, response }) => {
      await endSession(database, who.accountId, who.sessionId);
      forgetCookie(response, publicUrl);
    },
    me: async ({ who }) => me(who),
    changeProfile: async ({ who, body }) => {
      await database.transaction((tx) => accounts.changeProfile(tx, who, body));
      const member = await accounts.membershipOf(database, who.accountId, who.organizationId);
      return me({ ...who, ...member });
    },
  };
}

/** Where an account is logged in. */
function sessionRoutes({
  database,
}: ApiParts): Pick<AccountHandlers, 'listSessions' | 'revokeSession' | 'revokeOtherSessions'> {
  return {
    listSessions: async ({ who }) => ({
      items: (await sessionsOf(database, who.accountId)).map(({ id, createdAt, lastSeenAt, userAgent, ip }) => ({
        id,
        current: id === who.sessionId,
        createdAt: createdAt.toISOString(),
        lastSeenAt: lastSeenAt.toISOString(),
        userAgent,
        ip,
      })),
    }),
    revokeSession: async ({ who, params }) => {
      if (!(await endSession(database, who.accountId, params.id))) throw new Refused('not_found');
    },
    revokeOtherSessions: async ({ who }) => endSessions(database, who.accountId, who.sessionId),
  };
}

/** Proving an address, and getting back in. */
function recoveryRoutes(
  parts: ApiParts,
  limiter: Limiter,
): Pick<AccountHandlers, 'requestEmailVerification' | 'verifyEmail' | 'requestPasswordReset' | 'resetPassword'> {
  const { database } = parts;
  return {
    requestEmailVerification: async ({ who }) => {
      await limiter('attemptsPerMinute', `verify:${who.accountId}@`);
      await mailLink(parts, who.accountId, 'verify_email');
    },
    verifyEmail: async ({ body }) => {
      await database.transaction(async (tx) => {
        const accountId = await accounts.useAccountToken(tx, sha256(body.token), 'verify_email');
        if (!accountId) throw new Refused('token_invalid');
        await accounts.verifyEmail(tx, accountId);
      });
    },
    requestPasswordReset: async ({ body, ip }) => {
      await limiter('attemptsPerMinute', `reset:${ip}:${body.email.toLowerCase()}@`);
      const known = await accounts.findCredentials(database, body.email);
      if (known) await mailLink(parts, known.accountId, 'reset_password');
    },
    resetPassword: async ({ body }) => {
      const passwordHash = await hashPassword(body.password);
      await database.transaction(async (tx) => {
        const accountId = await accounts.useAccountToken(tx, sha256(body.token), 'reset_password');
        if (!accountId) throw new Refused('token_invalid');
        await accounts.setPassword(tx, accountId, passwordHash);
        // Whoever reads the mail owns the address.
        await accounts.verifyEmail(tx, accountId);
        await endSessions(tx, accountId);
      });
    },
  };
}

/** A single-use link by mail; only its hash is stored. */
async function mailLink(parts: ApiParts, accountId: string, purpose: accounts.TokenPurpose): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const minutes = purpose === 'verify_email' ? verifyMinutes : resetMinutes;
  const page = purpose === 'verify_email' ? 'verify-email' : 'reset-password';
  const messageId = await parts.database.transaction(async (tx) => {
    const member = await accounts.membershipOf(tx, accountId);
    if (!member) return null;
    await accounts.insertAccountToken(tx, { sha256: sha256(token), accountId, purpose, minutes });
    const payload = {
      address: member.email,
      recipientName: member.name,
      organizationName: member.organizationName,
      locale: member.locale,
      expiresInMinutes: minutes,
      url: `${parts.publicUrl}/${page}#${token}`,
    };
    return requestAccountMessage(tx, {
      organizationId: member.organizationId,
      kind: purpose,
      key: `${purpose}:${sha256(token).toString('hex').slice(0, 32)}`,
      payload: parts.cipher.seal(JSON.stringify(payload), 'message.payload'),
    });
  });
  if (messageId)
    await parts.engine
      .sendAccountMail(messageId)
      .catch((error: unknown) => parts.log.warn({ error }, 'an account mail waits for the sweep'));
}

function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50);
  return slug.length >= 2 ? slug : `host-${randomBytes(3).toString('hex')}`;
}

import { findCredentials, membershipOf } from '#db/queries/accounts.ts';
import { endSession, endSessions, sessionsOf } from '#db/queries/sessions.ts';
import { forgetCookie } from '../auth/identity.ts';
import { logIn } from '../auth/log-in.ts';
import { passwordFits } from '../auth/passwords.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type SessionHandlers = Pick<Handlers, 'logIn' | 'logOut' | 'listSessions' | 'revokeSession' | 'revokeOtherSessions'>;

/** Coming in, going out, and where an account is logged in. */
export function sessionRoutes(parts: ApiParts, auth: AuthParts): SessionHandlers {
  const { database, publicUrl } = parts;
  return {
    logIn: async (call) => me(await logIn(parts, auth, await memberOfPassword(parts, auth, call), call)),
    logOut: async ({ who, response }) => {
      await endSession(database, who.accountId, who.sessionId);
      forgetCookie(response, publicUrl);
    },
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
    revokeOtherSessions: async ({ who, query, response }) => {
      if (query.current === 'keep') return endSessions(database, who.accountId, who.sessionId);
      await endSessions(database, who.accountId);
      forgetCookie(response, publicUrl);
    },
  };
}

/** @throws Refused the same for a wrong password and for an account that does not exist, after about the same time. */
async function memberOfPassword(parts: ApiParts, { limiter, guesses }: AuthParts, call: Call<'logIn'>) {
  const { body, ip } = call;
  // Counted per address and account together: a stranger cannot use up the host's own attempts.
  await limiter('attemptsPerMinute', `log-in:${ip}:${body.email.toLowerCase()}@`);
  const known = await findCredentials(parts.database, body.email);
  const accountId = known?.accountId ?? null;
  const guess = await guesses.count({
    at: 'password',
    account: body.email,
    accountId,
    cookies: call.headers['cookie'],
  });
  const fits = await passwordFits(known?.passwordHash ?? null, body.password);
  const member = fits && known ? await membershipOf(parts.database, known.accountId) : null;
  if (!fits) throw new Refused('wrong_credentials');
  await guess.forgive();
  if (!member) throw new Refused('no_organization');
  return member;
}

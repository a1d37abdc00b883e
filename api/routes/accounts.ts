import { sha256 } from '#db/personal.ts';
import * as accounts from '#db/queries/accounts.ts';
import { mailLink } from '../auth/account-links.ts';
import { startSession } from '../auth/identity.ts';
import { openAccount } from '../auth/new-account.ts';
import { hashPassword, passwordFits, refuseWeakPassword } from '../auth/passwords.ts';
import type { Limiter } from '../limits.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type AccountHandlers = Pick<Handlers, 'register' | 'me' | 'changeProfile' | 'requestEmailVerification' | 'verifyEmail'>;

/** Who one is, from registering on. */
export function accountRoutes(parts: ApiParts, { limiter, guesses }: AuthParts): AccountHandlers {
  const { database } = parts;
  return {
    register: async (call) => {
      const { body, ip, userAgent, response } = call;
      await refuseWeakPassword(body.password, [body.email, body.name, body.organizationName]);
      const who = (await registeredBefore(parts, call)) ?? (await createAccount(parts, call));
      await mailLink(parts, who.accountId, 'verify_email');
      const session = await startSession(parts, response, who, { ip, userAgent });
      guesses.rememberDevice(response, who.accountId);
      return me(session);
    },
    me: async ({ who }) => me(who),
    changeProfile: async ({ who, body }) => {
      await database.transaction((tx) => accounts.changeProfile(tx, who, body));
      const member = await accounts.membershipOf(database, who.accountId, who.organizationId);
      return me({ ...who, ...member });
    },
    ...verificationRoutes(parts, limiter),
  };
}

type Registration = Pick<Call<'register'>, 'body' | 'key' | 'idFor' | 'ip'>;

/** The account's id comes from the request, so that a repeated request finds what the first one made before its process died. */
const accountIdOf = ({ idFor }: Registration): string => idFor('account');

async function registeredBefore({ database }: ApiParts, call: Registration): Promise<accounts.Membership | null> {
  const known = call.key === null ? null : await accounts.findCredentials(database, call.body.email);
  if (known?.accountId !== accountIdOf(call)) return null;
  return (await passwordFits(known.passwordHash, call.body.password))
    ? accounts.membershipOf(database, known.accountId)
    : null;
}

async function createAccount(parts: ApiParts, call: Registration) {
  const { body, ip } = call;
  const passwordHash = await hashPassword(body.password);
  return openAccount(parts, { ...body, id: accountIdOf(call), passwordHash, emailVerified: false, ip });
}

/** Proving that one reads the mail of an address. */
function verificationRoutes(
  parts: ApiParts,
  limiter: Limiter,
): Pick<AccountHandlers, 'requestEmailVerification' | 'verifyEmail'> {
  return {
    requestEmailVerification: async ({ who }) => {
      await limiter('attemptsPerMinute', `verify:${who.accountId}@`);
      await mailLink(parts, who.accountId, 'verify_email');
    },
    verifyEmail: async ({ body }) => {
      await parts.database.transaction(async (tx) => {
        const accountId = await accounts.useAccountToken(tx, sha256(body.token), 'verify_email');
        if (!accountId) throw new Refused('token_invalid');
        await accounts.verifyEmail(tx, accountId);
      });
    },
  };
}

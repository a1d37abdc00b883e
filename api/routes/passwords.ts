import { sha256 } from '#db/personal.ts';
import * as accounts from '#db/queries/accounts.ts';
import { endSessions } from '#db/queries/sessions.ts';
import { mailLink } from '../auth/account-links.ts';
import { renewSession } from '../auth/identity.ts';
import { hashPassword, refuseWeakPassword } from '../auth/passwords.ts';
import { requirePassword } from '../auth/proof.ts';
import { noteSecurityChange } from '../auth/security-notice.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type PasswordHandlers = Pick<Handlers, 'changePassword' | 'requestPasswordReset' | 'resetPassword'>;

/** A new password: by whoever knows the old one, or reads the mail of the address. */
export function passwordRoutes(parts: ApiParts, { limiter, guesses }: AuthParts): PasswordHandlers {
  const { database } = parts;
  return {
    changePassword: async ({ who, body, ip, userAgent, headers, response }) => {
      const proof = { password: body.current, field: 'current', cookies: headers['cookie'] };
      await requirePassword(parts, guesses, who, proof);
      await refuseWeakPassword(body.password, [who.email, who.name, who.organizationName]);
      await accounts.setPassword(database, who.accountId, await hashPassword(body.password));
      const renewed = await renewSession(parts, response, who, { ip, userAgent });
      await noteSecurityChange(parts, who, { change: 'password_changed', ip });
      return me(renewed);
    },
    requestPasswordReset: async ({ body, ip }) => {
      await limiter('attemptsPerMinute', `reset:${ip}:${body.email.toLowerCase()}@`);
      const known = await accounts.findCredentials(database, body.email);
      // The answer does not wait for it: how long it takes would tell whether there is an account.
      if (known) parts.errands.begin('mailing a link', () => mailLink(parts, known.accountId, 'reset_password'));
    },
    resetPassword: async ({ body, ip, response }) => {
      await refuseWeakPassword(body.password, []);
      const passwordHash = await hashPassword(body.password);
      const member = await database.transaction(async (tx) => {
        const accountId = await accounts.useAccountToken(tx, sha256(body.token), 'reset_password');
        if (!accountId) throw new Refused('token_invalid');
        const owner = await accounts.membershipOf(tx, accountId);
        // A refusal takes the whole transaction back: the link can be used again, with a better one.
        if (owner) await refuseWeakPassword(body.password, [owner.email, owner.name, owner.organizationName]);
        await accounts.setPassword(tx, accountId, passwordHash);
        // Whoever reads the mail owns the address.
        await accounts.verifyEmail(tx, accountId);
        await endSessions(tx, accountId);
        return accounts.membershipOf(tx, accountId);
      });
      if (!member) return;
      guesses.rememberDevice(response, member.accountId);
      await noteSecurityChange(parts, member, { change: 'password_changed', ip });
    },
  };
}

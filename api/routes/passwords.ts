import { sha256 } from '#db/personal.ts';
import * as accounts from '#db/queries/accounts.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { endSessions } from '#db/queries/sessions.ts';
import { mailLink } from '../auth/account-links.ts';
import { renewSession } from '../auth/identity.ts';
import { hashPassword, passwordFits, refuseWeakPassword } from '../auth/passwords.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type PasswordHandlers = Pick<Handlers, 'changePassword' | 'requestPasswordReset' | 'resetPassword'>;

/** A new password: by whoever knows the old one, or reads the mail of the address. */
export function passwordRoutes(parts: ApiParts, { limiter, guesses }: AuthParts): PasswordHandlers {
  const { database, publicUrl } = parts;
  return {
    changePassword: async ({ who, body, ip, userAgent, headers, response }) => {
      const guess = await guesses.count({ at: 'password', account: who.email, ...who, cookies: headers['cookie'] });
      const known = await accounts.findCredentials(database, who.email);
      if (!(await passwordFits(known?.passwordHash ?? null, body.current)))
        throw new Refused('password_wrong', { errors: [wrongCurrent] });
      await guess.forgive();
      await refuseWeakPassword(body.password, [who.email, who.name, who.organizationName]);
      await accounts.setPassword(database, who.accountId, await hashPassword(body.password));
      const renewed = await renewSession(database, response, who, { publicUrl, ip, userAgent });
      await audit(parts, who, ip, 'account.password_changed');
      return me(renewed);
    },
    requestPasswordReset: async ({ body, ip }) => {
      await limiter('attemptsPerMinute', `reset:${ip}:${body.email.toLowerCase()}@`);
      const known = await accounts.findCredentials(database, body.email);
      if (known) await mailLink(parts, known.accountId, 'reset_password');
    },
    resetPassword: async ({ body, ip, response }) => {
      await refuseWeakPassword(body.password, []);
      const passwordHash = await hashPassword(body.password);
      const member = await database.transaction(async (tx) => {
        const accountId = await accounts.useAccountToken(tx, sha256(body.token), 'reset_password');
        if (!accountId) throw new Refused('token_invalid');
        await accounts.setPassword(tx, accountId, passwordHash);
        // Whoever reads the mail owns the address.
        await accounts.verifyEmail(tx, accountId);
        await endSessions(tx, accountId);
        return accounts.membershipOf(tx, accountId);
      });
      if (!member) return;
      guesses.rememberDevice(response, member.accountId);
      await audit(parts, member, ip, 'account.password_reset');
    },
  };
}

const wrongCurrent = { field: 'current', code: 'wrong', message: 'This is not the present password.' };

function audit(
  { database }: ApiParts,
  { organizationId, accountId }: { organizationId: string; accountId: string },
  ip: string | null,
  action: string,
): Promise<void> {
  return appendAudit(database, { organizationId, at: new Date(), actor: { type: 'host', id: accountId, ip }, action });
}

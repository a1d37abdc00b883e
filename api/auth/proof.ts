import { findCredentials, type Membership } from '#db/queries/accounts.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Guesses } from './guesses.ts';
import { passwordFits } from './passwords.ts';

type Proof = { password: string | undefined; field: string; cookies: string | undefined };

/**
 * Asks somebody who is logged in for the password once more: a session left open is not enough to change what protects the account (ASVS
 * 5.0, 7.5.1). An account without a password, which logs in elsewhere only, has none to ask for.
 * @throws Refused `password_wrong`
 */
export async function requirePassword(
  { database }: ApiParts,
  guesses: Guesses,
  who: Membership,
  { password, field, cookies }: Proof,
): Promise<void> {
  const known = await findCredentials(database, who.email);
  if (!known?.passwordHash) return;
  const guess = await guesses.count({ at: 'password', account: who.email, accountId: who.accountId, cookies });
  if (!(await passwordFits(known.passwordHash, password ?? '')))
    throw new Refused('password_wrong', { errors: [{ field, code: 'wrong', message: 'This is not your password.' }] });
  await guess.forgive();
}

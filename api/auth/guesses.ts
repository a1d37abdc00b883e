import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import { countGuess, forgiveGuess } from '#db/queries/guesses.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import { sealedCookie } from './cookies.ts';

/**
 * Wrong passwords and codes, by what is guessed at and from how far away: OWASP's "Slow Down Online Guessing Attacks with Device Cookies".
 * A browser that has been logged in to an account before has a count of its own; all others share one per account. So strangers, from
 * however many addresses, slow down strangers only: neither the host's own browsers, nor the way back in by mail. The counts are in the
 * database: more processes do not allow more, and no restart forgives.
 */
const wrongOnes = { allowed: 10, windowSeconds: 15 * 60 };
const deviceDays = 365;

const device = z.object({ accountId: z.string(), id: z.string() });

export type Guess = {
  /** What is guessed at: `password`, `code`. */
  at: string;
  /** The account as it was named: also one that does not exist has its count. */
  account: string;
  /** Null when nobody has this name. */
  accountId: string | null;
  cookies: string | undefined;
};

export type Guesses = {
  /** Counts this attempt as a wrong one until it is forgiven: many at once are not tried before they are counted. @throws Refused */
  count(guess: Guess): Promise<{ forgive(): Promise<void> }>;
  /** From now on this browser is known to the account. */
  rememberDevice(response: Response, accountId: string): void;
};

export function createGuesses(parts: Pick<ApiParts, 'database' | 'cipher' | 'clock' | 'publicUrl'>): Guesses {
  const { database, cipher } = parts;
  const cookie = sealedCookie(parts, { name: 'countersign-device', schema: device, minutes: deviceDays * 24 * 60 });
  return {
    count: async ({ at, account, accountId, cookies }) => {
      const known = cookie.read(cookies);
      const from = known !== null && known.accountId === accountId ? known.id : 'elsewhere';
      const key = Buffer.from(cipher.fingerprint(`guess:${at}:${account.toLowerCase()}:${from}`), 'hex');
      const { count, leftSeconds } = await countGuess(database, key, wrongOnes.windowSeconds);
      if (count > wrongOnes.allowed) throw new Refused('rate_limited', { context: { retryAfterSeconds: leftSeconds } });
      return { forgive: () => forgiveGuess(database, key) };
    },
    rememberDevice: (response, accountId) => cookie.write(response, { accountId, id: randomUUID() }),
  };
}

import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { PersonalCipher } from '#db/personal.ts';
import { Refused } from '../problem.ts';
import { sealedCookie } from './cookies.ts';

/**
 * Wrong passwords and codes, by what is guessed at and from how far away: OWASP's "Slow Down Online Guessing Attacks with Device Cookies".
 * A browser that has been logged in to an account before has a count of its own; all others share one per account. So strangers, from
 * however many addresses, slow down strangers only: neither the host's own browsers, nor the way back in by mail. The counts are kept in
 * memory, by each process: two of them allow twice as much, a restart forgives.
 */
const wrongOnes = { points: 10, duration: 15 * 60 };
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

export function createGuesses(parts: { cipher: PersonalCipher; publicUrl: string }): Guesses {
  const limiter = new RateLimiterMemory(wrongOnes);
  const cookie = sealedCookie(parts, { name: 'countersign-device', schema: device, minutes: deviceDays * 24 * 60 });
  return {
    count: async ({ at, account, accountId, cookies }) => {
      const known = cookie.read(cookies);
      const from = known !== null && known.accountId === accountId ? known.id : 'elsewhere';
      const key = `${at}:${account.toLowerCase()}:${from}`;
      try {
        await limiter.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new Refused('rate_limited', { context: { retryAfterSeconds: Math.ceil(error.msBeforeNext / 1000) } });
      }
      return { forgive: async () => void (await limiter.reward(key)) };
    },
    rememberDevice: (response, accountId) => cookie.write(response, { accountId, id: randomUUID() }),
  };
}

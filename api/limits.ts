import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RouteName } from '#contract/routes.ts';
import type { RateLimits } from './parts.ts';
import { Refused } from './problem.ts';

export type Limiter = (kind: keyof RateLimits, key: string) => Promise<void>;

/** Per process and minute. Keys are addresses (a /64 for IPv6, which one machine owns whole) or what is attempted. */
export function createLimiter(limits: RateLimits): Limiter {
  const limiters = Object.fromEntries(
    Object.entries(limits).map(([kind, points]) => [
      kind,
      new RateLimiterMemory({ keyPrefix: kind, points, duration: 60 }),
    ]),
  ) as Record<keyof RateLimits, RateLimiterMemory>;
  return async (kind, key) => {
    try {
      await limiters[kind].consume(networkOf(key));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new Refused('rate_limited', { context: { retryAfterSeconds: Math.ceil(error.msBeforeNext / 1000) } });
    }
  };
}

function networkOf(key: string): string {
  const address = key.startsWith('::ffff:') ? key.slice(7) : key;
  return address.includes(':') && !address.includes('@') ? address.split(':').slice(0, 4).join(':') : address;
}

/** Which of the limits a request of this route counts for. */
export function limitOf(name: RouteName): keyof RateLimits {
  if (name === 'hold' || name === 'reportPageTraces') return 'holdsPerMinute';
  return attempts.has(name) ? 'attemptsPerMinute' : 'readsPerMinute';
}
/** What a stranger could guess with, or make us send mail by. */
const attempts: ReadonlySet<RouteName> = new Set([
  'register',
  'requestPasswordReset',
  'resetPassword',
  'changePassword',
  'logInSecondStep',
  'beginLogInElsewhere',
  'finishLogInElsewhere',
  'verifyEmail',
  'readInvitation',
  'registerByInvitation',
  'joinByInvitation',
  'sendSigningCode',
  'previewNdaPdf',
]);

import { isIPv6 } from 'node:net';
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

/** Of an IPv6 address its /64, however it is written: `::` stands for as many groups as are missing (RFC 4291, 2.2). */
function networkOf(key: string): string {
  const address = key.startsWith('::ffff:') ? key.slice(7) : key;
  if (!isIPv6(address)) return address;
  const [before = '', after = ''] = address.split('::', 2).map((part) => part.split('%', 1)[0] ?? '');
  const groups = (part: string) => part.split(':').filter(Boolean);
  // The last two groups may be written as an IPv4 address.
  const afterCount = groups(after).length + (after.includes('.') ? 1 : 0);
  const missing = address.includes('::') ? 8 - groups(before).length - afterCount : 0;
  const all = [...groups(before), ...Array<string>(Math.max(missing, 0)).fill('0'), ...groups(after)];
  return all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
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

import { expect, test } from 'vitest';
import { createLimiter } from './limits.ts';

/** Whether a second request from `other` is let through after a first one from `address`, where one a minute is. */
async function areApart(address: string, other: string): Promise<boolean> {
  const limiter = createLimiter({ readsPerMinute: 1, holdsPerMinute: 1, attemptsPerMinute: 1 });
  await limiter('readsPerMinute', address);
  return limiter('readsPerMinute', other).then(
    () => true,
    () => false,
  );
}

test.each([
  ['192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
  ['2001:db8::a:b:c:d', '2001:db8::1:2:3:4'],
  ['2001:db8::1', '2001:db8::ffff:0:0:1'],
  ['2001:db8:1::5', '2001:db8:1:0:a:b:c:d'],
  ['2001:db8::192.0.2.1', '2001:0db8:0:0::2'],
  ['fe80::1%eth0', 'fe80::2%eth1'],
])('%s and %s are one network, and count together', async (address, other) => {
  expect(await areApart(address, other)).toBe(false);
});

test.each([
  ['192.0.2.1', '192.0.2.2'],
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['2001:db8::1', '2001:db8:0:1::1'],
  ['log-in:2001:db8::1:ada@example.org', 'log-in:2001:db8::1:bob@example.org'],
])('%s and %s are apart', async (address, other) => {
  expect(await areApart(address, other)).toBe(true);
});

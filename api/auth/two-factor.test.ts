import { describe, expect, it } from 'vitest';
import { newRecoveryCodes, newSecret, recoveryCodeHash, setUpAddress, stepOfCode } from './two-factor.ts';

/** RFC 6238, appendix B: the secret is the ASCII text 12345678901234567890. */
const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a code of the app', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('is the one of RFC 6238 at second %i', (seconds, code) => {
    expect(stepOfCode(rfcSecret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('names its own step when the clock of the phone is half a minute off, and is nothing beyond', () => {
    const at = (seconds: number) => stepOfCode(rfcSecret, '050471', seconds * 1000);
    const step = Math.floor(1111111111 / 30);
    expect([at(1111111111 - 30), at(1111111111 + 30)]).toEqual([step, step]);
    expect([at(1111111111 - 90), at(1111111111 + 90)]).toEqual([null, null]);
  });
});

it('the address for the app names product, account and secret', () => {
  const secret = newSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  const address = new URL(setUpAddress(secret, 'ada@example.org'));
  expect([address.protocol, decodeURIComponent(address.pathname)]).toEqual([
    'otpauth:',
    '/Countersign:ada@example.org',
  ]);
  expect(address.searchParams.get('secret')).toBe(secret);
});

it('recovery codes are ten different ones, and count however they are typed', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^[A-HJ-NP-Z2-9]{6}(-[A-HJ-NP-Z2-9]{6}){3}$/);
    expect(recoveryCodeHash(` ${code.toLowerCase().replaceAll('-', ' ')}`)).toEqual(recoveryCodeHash(code));
  }
});

import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { sha256 } from '#db/personal.ts';
import { findTwoFactor, takeRecoveryCode, takeStep } from '#db/queries/two-factor.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Guesses } from './guesses.ts';

/** What every authenticator app takes: SHA-1, six digits, 30 seconds (RFC 6238). */
const settings = { issuer: 'Countersign', algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Steps before and after the present one that still count: clocks differ. */
const window = 1;
const secretContext = 'two_factor.secret';

export const newSecret = (): string => new Secret({ size: 20 }).base32;

/** What an authenticator app reads from a QR code. */
export function setUpAddress(secret: string, email: string): string {
  return new TOTP({ ...settings, label: email, secret: Secret.fromBase32(secret) }).toString();
}

export const sealSecret = ({ cipher }: ApiParts, secret: string): Buffer => cipher.seal(secret, secretContext);

/** The time step that a code belongs to, or null when it is none of the present ones. */
export function stepOfCode(secret: string, code: string, nowMs: number): number | null {
  const totp = new TOTP({ ...settings, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code, timestamp: nowMs, window });
  return delta === null ? null : Math.floor(nowMs / 1000 / settings.period) + delta;
}

const recoveryCodeCount = 10;
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Ten codes of 120 bits: enough to be kept as plain hashes (ASVS 5.0, 6.5.2), in groups that can be typed. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const letters = [...randomBytes(24)].map((byte) => alphabet[byte % alphabet.length]).join('');
    return (letters.match(/.{6}/g) ?? []).join('-');
  });
}

const plain = (code: string): string => code.replace(/[\s-]/g, '').toUpperCase();
export const recoveryCodeHash = (code: string): Buffer => sha256(plain(code));

type Attempt = { accountId: string; code: string; cookies: string | undefined };

/**
 * Takes a code of the app, or a recovery code, once.
 * @throws Refused when it is wrong, was taken before, or too many were wrong
 */
export async function requireCode(parts: ApiParts, guesses: Guesses, attempt: Attempt): Promise<void> {
  const { accountId, cookies } = attempt;
  const guess = await guesses.count({ at: 'code', account: accountId, accountId, cookies });
  if (!(await takeCode(parts, attempt))) throw new Refused('second_factor_wrong', { errors: [wrongCode] });
  await guess.forgive();
}

const wrongCode = { field: 'code', code: 'wrong', message: 'This code is not right, or was used already.' };

async function takeCode({ database, cipher, clock }: ApiParts, { accountId, code }: Attempt): Promise<boolean> {
  const typed = plain(code);
  if (!/^\d{6}$/.test(typed)) return takeRecoveryCode(database, accountId, recoveryCodeHash(typed));
  const known = await findTwoFactor(database, accountId);
  const step = known && stepOfCode(cipher.open(known.secretCipher, secretContext), typed, clock.now().getTime());
  return step !== null && takeStep(database, accountId, step);
}

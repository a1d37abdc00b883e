import { hash, verify } from '@node-rs/argon2';
import { Refused } from '../problem.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), parameters);
}

/** Takes as long for an account that does not exist, or has no password, as for one that has. */
export async function passwordFits(stored: string | null, password: string): Promise<boolean> {
  const fits = await verify(stored ?? (await nobody), password.normalize('NFKC'));
  return stored !== null && fits;
}

const nobody = hashPassword('the password of nobody');

/**
 * ASVS 5.0, 6.2.4, 6.2.11 and 6.2.12: not one of those that leaked most often, and not made of words that everybody knows about the
 * account. Length is the contract's part; more than that is not asked (6.2.5: no rules of composition).
 * @param about address, name and organization, as they were typed
 * @throws Refused
 */
export async function refuseWeakPassword(password: string, about: readonly string[]): Promise<void> {
  const plain = password.normalize('NFKC').toLowerCase();
  const isWeak = (await commonPasswords()).has(plain) || isAboutTheAccount(plain, about);
  if (isWeak)
    throw new Refused('password_too_common', {
      errors: [{ field: 'password', code: 'too_common', message: 'Choose one that is harder to guess.' }],
    });
}

/** The 49,000 passwords that leaked most often, of zxcvbn's list; loaded when the first one is needed. */
let common: Promise<ReadonlySet<string>> | null = null;
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']));
  return common;
}

const fewestOwnCharacters = 6;

/** What remains without the words of the account, and the product's name, has to be something of its own. */
function isAboutTheAccount(plain: string, about: readonly string[]): boolean {
  const known = [...about, 'countersign'].map((text) => text.toLowerCase());
  const words = [...known, ...known.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))];
  const rest = words.filter((word) => word.length >= 4).reduce((left, word) => left.replaceAll(word, ''), plain);
  return rest !== plain && rest.length < fewestOwnCharacters;
}

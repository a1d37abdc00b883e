import type * as pkijs from 'pkijs';
import { fingerprint, leadsToRoot } from './certificate-path.ts';
import type { TimestampReading } from './timestamp-token.ts';
import { timeStampingPurpose } from './timestamp-token.ts';

/**
 * Whose word a timestamp is.
 * - `trusted`: its certificate leads to a timestamp root that the asker trusts, and was made for timestamps and valid then.
 * - `unknown`: it leads to none of them.
 * - `not_checked`: the asker knows no timestamp root, so that nobody can tell.
 * - `unfit`: its certificate was not made for timestamps, or not valid then: the time counts for nothing.
 * - `own_clock`: the sealing party's own authority stated it.
 */
export type TimestampTrust = 'trusted' | 'unknown' | 'not_checked' | 'unfit' | 'own_clock';

export type Trusted = {
  /** Root certificates under which documents are sealed. */
  sealRoots: ReadonlySet<string>;
  /** Of timestamp authorities. */
  timestampRoots: readonly pkijs.Certificate[];
};

/** @param seal the seal's own certificates, leaf first; what came with it may complete the timestamp's chain. */
export const timestampTrust = async (
  reading: Extract<TimestampReading, { valid: true }>,
  seal: readonly pkijs.Certificate[],
  { sealRoots, timestampRoots }: Trusted,
): Promise<TimestampTrust> => {
  const [leaf] = reading.chain;
  const [root, sealRoot] = [reading.chain.at(-1), seal.at(-1)];
  if (reading.unfit !== null || !leaf || !root || !sealRoot) return 'unfit';
  const isSameRoot = fingerprint(root) === fingerprint(sealRoot);
  // Nobody is a witness in their own cause, also when their root was given as one for timestamps.
  if (isSameRoot && sealRoots.has(fingerprint(root))) return 'own_clock';
  const question = { leaf, others: [...reading.certificates, ...seal], roots: timestampRoots, at: reading.at };
  if (await leadsToRoot({ ...question, purpose: timeStampingPurpose })) return 'trusted';
  if (isSameRoot) return 'own_clock';
  return timestampRoots.length === 0 ? 'not_checked' : 'unknown';
};

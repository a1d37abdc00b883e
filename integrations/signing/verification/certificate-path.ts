import { createHash } from 'node:crypto';
import * as pkijs from 'pkijs';

export const extensionIds = { keyUsage: '2.5.29.15', basicConstraints: '2.5.29.19', extendedKeyUsage: '2.5.29.37' };

/** A chain has three or four; each step may have several candidates, and anybody may send a file. */
const maxSteps = 8;
const maxSignatureChecks = 64;
/** SHA-1 and MD5: a certificate that was signed like this can be forged. */
const unsafeSignatures = new Set(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1']);
const mayBeCritical = new Set(Object.values(extensionIds));

export type PathQuestion = {
  leaf: pkijs.Certificate;
  /** What came along, in any order. */
  others: readonly pkijs.Certificate[];
  roots: readonly pkijs.Certificate[];
  /** Every certificate on the way was valid then. */
  at: Date;
  /** An authority that says what its certificates are for names this purpose among them. */
  purpose: string;
};

/**
 * Whether certificates lead from `leaf` to one of `roots` (RFC 5280 § 6.1, without policies and names; there is no asking for
 * revocations, as no file brings them). A root need not have come along, and may be an authority that is itself below another.
 */
export const leadsToRoot = async (question: PathQuestion): Promise<boolean> => {
  const { leaf, roots, others, at, purpose } = question;
  const rootPrints = new Set(roots.map(fingerprint));
  const candidates = [...roots, ...others.filter((other) => !rootPrints.has(fingerprint(other)))];
  let checksLeft = maxSignatureChecks;
  const isSignedBy = async (current: pkijs.Certificate, issuer: pkijs.Certificate): Promise<boolean> => {
    if (unsafeSignatures.has(current.signatureAlgorithm.algorithmId) || checksLeft <= 0) return false;
    checksLeft -= 1;
    return current.verify(issuer).catch(() => false);
  };
  const leads = async (current: pkijs.Certificate, steps: number): Promise<boolean> => {
    if (!isValidAt(current, at) || !isUnderstood(current)) return false;
    if (rootPrints.has(fingerprint(current))) return true;
    if (steps >= maxSteps || current.issuer.isEqual(current.subject)) return false;
    for (const issuer of candidates) {
      const isRoot = rootPrints.has(fingerprint(issuer));
      const may =
        issuer.subject.isEqual(current.issuer) && mayIssue(issuer, steps) && (isRoot || isFor(issuer, purpose));
      if (may && (await isSignedBy(current, issuer)) && (await leads(issuer, steps + 1))) return true;
    }
    return false;
  };
  return leads(leaf, 0);
};

export const isAuthority = (certificate: pkijs.Certificate): boolean => constraintsOf(certificate)?.cA === true;

export const isValidAt = ({ notBefore, notAfter }: pkijs.Certificate, at: Date): boolean =>
  notBefore.value <= at && at <= notAfter.value;

/** SHA-256 over the DER, lower-case hex. */
export const fingerprint = (certificate: pkijs.Certificate): string =>
  createHash('sha256')
    .update(new Uint8Array(certificate.toSchema(false).toBER(false)))
    .digest('hex');

export const extensionOf = (certificate: pkijs.Certificate, id: string): pkijs.Extension | undefined =>
  certificate.extensions?.find(({ extnID }) => extnID === id);

/** An authority that may sign certificates, with at most so many authorities below it as it allows. */
const mayIssue = (issuer: pkijs.Certificate, authoritiesBelow: number): boolean => {
  const pathLength = constraintsOf(issuer)?.pathLenConstraint;
  const usage = extensionOf(issuer, extensionIds.keyUsage)?.parsedValue as { valueBlock?: unknown } | undefined;
  const signsCertificates = usage === undefined || (firstOctet(usage) & keyCertSign) !== 0;
  const isShortEnough = typeof pathLength !== 'number' || authoritiesBelow <= pathLength;
  return isAuthority(issuer) && signsCertificates && isShortEnough;
};

const keyCertSign = 0x04; // bit 5 of RFC 5280 § 4.2.1.3, in the first octet

const firstOctet = ({ valueBlock }: { valueBlock?: unknown }): number =>
  (valueBlock as { valueHexView?: Uint8Array } | undefined)?.valueHexView?.[0] ?? 0;

const isFor = (issuer: pkijs.Certificate, purpose: string): boolean => {
  const usage = extensionOf(issuer, extensionIds.extendedKeyUsage)?.parsedValue;
  return usage === undefined || (usage instanceof pkijs.ExtKeyUsage && usage.keyPurposes.includes(purpose));
};

/** What is marked critical and not understood must not be passed over (RFC 5280 § 4.2). */
const isUnderstood = (certificate: pkijs.Certificate): boolean =>
  (certificate.extensions ?? []).every(({ critical, extnID }) => !critical || mayBeCritical.has(extnID));

const constraintsOf = (certificate: pkijs.Certificate): pkijs.BasicConstraints | null => {
  const constraints = extensionOf(certificate, extensionIds.basicConstraints)?.parsedValue;
  return constraints instanceof pkijs.BasicConstraints ? constraints : null;
};

import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { fingerprint, isValidAt } from './certificate-path.ts';
import { readCmsSignature } from './cms-signature.ts';
import type { CmsReading } from './cms-signature.ts';
import { findSignatures, readClaims } from './signature-dictionary.ts';
import type { AgreementClaims, SignatureClaims, SignaturePlace } from './signature-dictionary.ts';
import { readTimestampToken, tokenBytes } from './timestamp-token.ts';
import { timestampTrust } from './timestamp-trust.ts';
import type { Trusted, TimestampTrust } from './timestamp-trust.ts';

export type CertificateReport = {
  subject: string;
  issuer: string;
  /** Lower-case hex over the DER. */
  sha256: string;
  validFrom: Date;
  validUntil: Date;
};

export type SealReport = {
  intact: boolean;
  /** Why it is not intact. */
  reason: string | null;
  coversWholeFile: boolean;
  claims: SignatureClaims | null;
  certificate: CertificateReport | null;
  /** The last certificate of the chain that came along: the one to trust or not. */
  root: CertificateReport | null;
  /** `trusted`: the root is among those given, and the certificate was valid at the time that counts. `expired`: the root is, it was not. */
  trust: 'trusted' | 'unknown' | 'expired';
  /** RFC 3161. `independent`: an authority that the asker trusts stated the time, and not the sealing party. */
  timestamp: { at: Date; authority: string; trust: TimestampTrust; independent: boolean } | null;
};

export type VerificationReport = {
  /**
   * intact: every seal holds and the last one covers the whole file. altered: a seal does not hold, or something was added after it.
   * unsigned: there is no seal. unreadable: this is no PDF.
   */
  verdict: 'intact' | 'altered' | 'unsigned' | 'unreadable';
  /** Of the whole file, lower-case hex. */
  sha256: string;
  sizeBytes: number;
  seals: readonly SealReport[];
  /** The agreement inside, as first shown: `matches` when the file's first `lengthBytes` bytes have the SHA-256 recorded. */
  agreement: (AgreementClaims & { matches: boolean }) | null;
};

export type VerificationOptions = {
  now: Date;
  /** Root certificates (DER) that the asker trusts. Without any, integrity is told and trust is `unknown`. */
  trustedRoots?: readonly Uint8Array[];
  /** The same of timestamp authorities: without any, a timestamp is only what its authority states. */
  timestampRoots?: readonly Uint8Array[];
};

const signatureTimestamp = '1.2.840.113549.1.9.16.2.14';

/**
 * Whether a PDF is what was sealed, and by whom: needs nothing but the file. Never throws for what a file contains.
 * Integrity and trust are different answers: anyone can seal a file with a key of their own, so `intact` without `trusted` means
 * "unchanged since whoever holds this certificate sealed it".
 */
export const verifyPdf = async (file: Uint8Array, options: VerificationOptions): Promise<VerificationReport> => {
  const report = { sha256: sha256Hex(file), sizeBytes: file.length, seals: [], agreement: null };
  if (!Buffer.from(file.subarray(0, 1024)).toString('latin1').includes('%PDF-')) {
    return { ...report, verdict: 'unreadable' };
  }
  const { places, resembling } = findSignatures(file);
  if (places.length === 0) return { ...report, verdict: resembling > 0 ? 'altered' : 'unsigned' };
  const trusted: Trusted = {
    sealRoots: new Set((options.trustedRoots ?? []).map((der) => sha256Hex(der))),
    timestampRoots: (options.timestampRoots ?? []).map((der) => pkijs.Certificate.fromBER(new Uint8Array(der))),
  };
  const seals: SealReport[] = [];
  for (const place of places) seals.push(await checkSeal(file, place, trusted, options.now));
  const last = seals.at(-1);
  const agreement = agreementIn(file, last?.claims?.agreement ?? null);
  const intact = last?.coversWholeFile && seals.every((seal) => seal.intact) && agreement?.matches !== false;
  return { ...report, verdict: intact ? 'intact' : 'altered', seals, agreement };
};

const checkSeal = async (file: Uint8Array, place: SignaturePlace, trusted: Trusted, now: Date): Promise<SealReport> => {
  const coversWholeFile = place.coveredUntil === file.length;
  const broken = (reason: string): SealReport => ({
    intact: false,
    reason,
    coversWholeFile,
    claims: null,
    certificate: null,
    root: null,
    trust: 'unknown',
    timestamp: null,
  });
  const der = cmsIn(file, place);
  if (!der) return broken('the room for the signature holds something else');
  const { start, end } = place.gap;
  const covered = Buffer.concat([file.subarray(0, start), file.subarray(end, place.coveredUntil)]);
  const cms = await readCmsSignature(der, covered);
  if (!cms.valid) return broken(cms.reason);
  const [leaf] = cms.chain;
  const root = cms.chain.at(-1);
  if (!leaf || !root) return broken('the seal has no certificate');
  const timestamp = await timestampIn(cms, trusted);
  if (timestamp === 'broken') return broken('its timestamp does not belong to it');
  const claims = readClaims(file, place);
  const checkedAt = attestedTime(timestamp) ?? claims?.claimedAt ?? now;
  return {
    intact: true,
    reason: coversWholeFile ? null : 'something was added to the file after it was sealed',
    coversWholeFile,
    claims,
    certificate: certificateReport(leaf),
    root: certificateReport(root),
    trust: trustIn(cms.chain, trusted.sealRoots, checkedAt),
    timestamp,
  };
};

/** The CMS structure in the gap; what follows it must be the zeros of the reservation, since no signature covers the gap. */
const cmsIn = (file: Uint8Array, { gap }: SignaturePlace): Uint8Array | null => {
  const hex = Buffer.from(file.subarray(gap.start + 1, gap.end - 1)).toString('latin1');
  const bytes = Buffer.from(hex, 'hex');
  const { offset } = asn1js.fromBER(new Uint8Array(bytes));
  if (offset <= 0 || bytes.subarray(offset).some((byte) => byte !== 0)) return null;
  return bytes.subarray(0, offset);
};

const timestampIn = async (
  { unsignedAttributes, signatureValue, chain }: Extract<CmsReading, { valid: true }>,
  trusted: Trusted,
): Promise<SealReport['timestamp'] | 'broken'> => {
  const attribute = unsignedAttributes.find((candidate) => candidate.type === signatureTimestamp);
  if (!attribute) return null;
  const token = tokenBytes(attribute.values[0]);
  const digest = createHash('sha256').update(signatureValue).digest();
  const reading = token ? await readTimestampToken(token, digest, signatureValue) : null;
  const [leaf] = reading?.valid ? reading.chain : [];
  if (!reading?.valid || !leaf) return 'broken';
  const trust = await timestampTrust(reading, chain, trusted);
  return { at: reading.at, authority: nameOf(leaf.subject), trust, independent: trust === 'trusted' };
};

/** No seal covers its timestamp: what an unknown authority states, anybody can have put there. The time claimed is covered. */
const attestedTime = (timestamp: SealReport['timestamp']): Date | null =>
  timestamp?.trust === 'trusted' || timestamp?.trust === 'own_clock' ? timestamp.at : null;

const trustIn = (chain: readonly pkijs.Certificate[], trusted: ReadonlySet<string>, at: Date): SealReport['trust'] => {
  if (!chain.some((certificate) => trusted.has(fingerprint(certificate)))) return 'unknown';
  const valid = chain.every((certificate) => isValidAt(certificate, at));
  return valid ? 'trusted' : 'expired';
};

const agreementIn = (file: Uint8Array, claims: AgreementClaims | null): VerificationReport['agreement'] => {
  if (!claims) return null;
  return { ...claims, matches: sha256Hex(file.subarray(0, claims.lengthBytes)) === claims.sha256 };
};

const certificateReport = (certificate: pkijs.Certificate): CertificateReport => ({
  subject: nameOf(certificate.subject),
  issuer: nameOf(certificate.issuer),
  sha256: fingerprint(certificate),
  validFrom: certificate.notBefore.value,
  validUntil: certificate.notAfter.value,
});

const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.6': 'C',
};

/** The common name, or everything when there is none. */
const nameOf = (name: pkijs.RelativeDistinguishedNames): string => {
  const parts = name.typesAndValues.map(({ type, value }) => ({ type, text: String(value.valueBlock.value) }));
  const commonName = parts.find((part) => part.type === '2.5.4.3')?.text;
  return commonName ?? parts.map(({ type, text }) => `${shortNames[type] ?? type}=${text}`).join(', ');
};

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

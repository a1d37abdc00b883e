import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { extensionIds, extensionOf, isValidAt } from './certificate-path.ts';
import { readCmsSignature } from './cms-signature.ts';

export type TimestampReading =
  | { valid: false; reason: string }
  | {
      valid: true;
      at: Date;
      nonce: Uint8Array | null;
      chain: pkijs.Certificate[];
      /** All that came along, in any order. */
      certificates: readonly pkijs.Certificate[];
      /** Why its certificate may not state times, or not that one; null when it may. */
      unfit: string | null;
    };

const tstInfoType = '1.2.840.113549.1.9.16.1.4';
const sha256Oid = '2.16.840.1.101.3.4.2.1';
const sha384Oid = '2.16.840.1.101.3.4.2.2';
const sha512Oid = '2.16.840.1.101.3.4.2.3';
export const timeStampingPurpose = '1.3.6.1.5.5.7.3.8';

/**
 * Reads a TimeStampToken (RFC 3161) and checks that it is signed and speaks of `stamped`'s digest. `digest` is SHA-256; a token over
 * another hash of the same bytes needs `stamped`. Whether its certificate may state times is told in `unfit`; whether anybody should
 * believe it is the caller's question.
 */
export const readTimestampToken = async (
  token: Uint8Array,
  digest: Uint8Array,
  stamped?: Uint8Array,
): Promise<TimestampReading> => {
  const signature = await readCmsSignature(token, null);
  if (!signature.valid) return { valid: false, reason: signature.reason };
  if (signature.contentType !== tstInfoType || !signature.content)
    return { valid: false, reason: 'it is no timestamp' };
  let info: pkijs.TSTInfo;
  try {
    info = pkijs.TSTInfo.fromBER(new Uint8Array(signature.content));
  } catch {
    return { valid: false, reason: 'its content cannot be read' };
  }
  const expected = await expectedImprint(info.messageImprint.hashAlgorithm.algorithmId, digest, stamped);
  const imprint = new Uint8Array(info.messageImprint.hashedMessage.getValue());
  if (!expected || Buffer.compare(imprint, expected) !== 0) return { valid: false, reason: 'it stamps something else' };
  const [leaf] = signature.chain;
  if (!leaf) return { valid: false, reason: 'it has no certificate' };
  const nonce = info.nonce ? new Uint8Array(info.nonce.valueBlock.valueHexView) : null;
  const { chain, certificates } = signature;
  return { valid: true, at: info.genTime, nonce, chain, certificates, unfit: unfitness(leaf, info.genTime) };
};

const unfitness = (leaf: pkijs.Certificate, at: Date): string | null => {
  if (!isForTimestamps(leaf)) return 'its certificate is not for timestamps';
  return isValidAt(leaf, at) ? null : "its time is outside its certificate's validity";
};

const expectedImprint = async (algorithm: string, digest: Uint8Array, stamped?: Uint8Array) => {
  if (algorithm === sha256Oid) return digest;
  const name = algorithm === sha384Oid ? 'SHA-384' : algorithm === sha512Oid ? 'SHA-512' : null;
  if (!name || !stamped) return null;
  return new Uint8Array(await crypto.subtle.digest(name, new Uint8Array(stamped)));
};

/** RFC 3161 § 2.3: for timestamps, for nothing else, and critically so. */
const isForTimestamps = (certificate: pkijs.Certificate): boolean => {
  const extension = extensionOf(certificate, extensionIds.extendedKeyUsage);
  const usage = extension?.parsedValue;
  if (!extension?.critical || !(usage instanceof pkijs.ExtKeyUsage)) return false;
  return usage.keyPurposes.length === 1 && usage.keyPurposes[0] === timeStampingPurpose;
};

/** The token inside a signature-timestamp attribute's value, as DER. */
export const tokenBytes = (value: unknown): Uint8Array | null =>
  value instanceof asn1js.BaseBlock ? new Uint8Array(value.toBER(false)) : null;

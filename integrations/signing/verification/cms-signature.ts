import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { isAuthority } from './certificate-path.ts';

/** A CMS signature taken apart and checked: what holds, and who made it. */
export type CmsReading =
  | { valid: false; reason: string }
  | {
      valid: true;
      /** The certificates that came along, leaf first, as far as they chain by name and signature. */
      chain: pkijs.Certificate[];
      /** All that came along, in any order. */
      certificates: readonly pkijs.Certificate[];
      signatureValue: Uint8Array;
      unsignedAttributes: readonly pkijs.Attribute[];
      /** The enveloped content, when it is not detached. */
      content: Uint8Array | null;
      contentType: string;
    };

const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
};

const hashNames: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};

/** More than any chain has: each is compared with each, and anybody may send a file. */
const maxCertificates = 32;

/**
 * Checks one signer's CMS signature over `detachedContent` (or over the content inside): message digest, the signature over the
 * signed attributes, and that a signing-certificate attribute names the certificate used (RFC 5652 § 5.4, RFC 5035).
 * Trust in the certificate is the caller's question.
 */
export const readCmsSignature = async (der: Uint8Array, detachedContent: Uint8Array | null): Promise<CmsReading> => {
  let signedData: pkijs.SignedData;
  try {
    const contentInfo = pkijs.ContentInfo.fromBER(new Uint8Array(der));
    signedData = new pkijs.SignedData({ schema: contentInfo.content });
  } catch {
    return refuse('the signature is not a CMS structure that can be read');
  }
  try {
    return await check(signedData, detachedContent);
  } catch (error) {
    return refuse(`the signature cannot be checked (${error instanceof Error ? error.message : 'unknown'})`);
  }
};

const check = async (signedData: pkijs.SignedData, detachedContent: Uint8Array | null): Promise<CmsReading> => {
  const [signer] = signedData.signerInfos;
  if (!signer || signedData.signerInfos.length !== 1) return refuse('there is not exactly one signer');
  const content = enveloped(signedData);
  const signed = content ?? detachedContent;
  if (!signed || (content && detachedContent)) return refuse('what was signed is missing or ambiguous');
  const certificates = (signedData.certificates ?? []).filter((item) => item instanceof pkijs.Certificate);
  if (certificates.length > maxCertificates) return refuse(`there are more than ${maxCertificates} certificates`);
  const leaf = certificates.find((certificate) => isSigner(certificate, signer.sid));
  if (!leaf) return refuse("the signer's certificate is not in the signature");
  const hashName = hashNames[signer.digestAlgorithm.algorithmId];
  if (!hashName || hashName === 'SHA-1') return refuse('the digest algorithm is unknown or no longer safe');

  const attributes = signer.signedAttrs?.attributes ?? [];
  const contentType = firstValue(attributes, attributeTypes.contentType);
  if (!(contentType instanceof asn1js.ObjectIdentifier)) return refuse('the content-type attribute is missing');
  if (contentType.getValue() !== signedData.encapContentInfo.eContentType) return refuse('the content type differs');
  const digest = octets(firstValue(attributes, attributeTypes.messageDigest));
  if (!digest || !equal(digest, await digestOf(hashName, signed))) {
    return refuse('the content is not what was signed: its digest differs');
  }
  const bound = await boundToCertificate(attributes, leaf);
  if (bound !== null) return refuse(bound);
  if (!(await signatureHolds(signer, leaf, hashName))) return refuse("the signature does not fit the signer's key");
  return {
    valid: true,
    chain: await chainFrom(leaf, certificates),
    certificates,
    signatureValue: new Uint8Array(signer.signature.valueBlock.valueHexView),
    unsignedAttributes: signer.unsignedAttrs?.attributes ?? [],
    content,
    contentType: contentType.getValue(),
  };
};

/**
 * Null when the attribute names this certificate, or is absent: PKCS #7 signatures from elsewhere have none (DocuSign's among them),
 * and nobody can take one away from ours, since it is signed.
 */
const boundToCertificate = async (
  attributes: readonly pkijs.Attribute[],
  leaf: pkijs.Certificate,
): Promise<string | null> => {
  const attribute = firstValue(attributes, attributeTypes.signingCertificateV2);
  if (!attribute) return null;
  const essId = sequenceAt(sequenceAt(sequenceAt(attribute, 0), 0), null);
  const fields = essId?.valueBlock.value ?? [];
  const algorithm = fields[0] instanceof asn1js.Sequence ? fields[0].valueBlock.value[0] : null;
  const hashName = algorithm instanceof asn1js.ObjectIdentifier ? hashNames[algorithm.getValue()] : 'SHA-256';
  const certificateHash = octets(fields.find((field) => field instanceof asn1js.OctetString));
  const der = new Uint8Array(leaf.toSchema(false).toBER(false));
  if (!hashName || !certificateHash || !equal(certificateHash, await digestOf(hashName, der))) {
    return 'the signing-certificate attribute names another certificate';
  }
  return null;
};

const sequenceAt = (value: unknown, index: number | null): asn1js.Sequence | null => {
  if (!(value instanceof asn1js.Sequence)) return null;
  const inner = index === null ? value : value.valueBlock.value[index];
  return inner instanceof asn1js.Sequence ? inner : null;
};

const signatureHolds = async (
  signer: pkijs.SignerInfo,
  leaf: pkijs.Certificate,
  hashName: string,
): Promise<boolean> => {
  const attributes = new Uint8Array(signer.signedAttrs?.encodedValue ?? new ArrayBuffer(0));
  if (attributes.length === 0) return false;
  attributes[0] = 0x31; // signed as a SET OF, transported as [0] (RFC 5652 § 5.4)
  const engine = pkijs.getCrypto(true);
  return engine.verifyWithPublicKey(
    attributes,
    signer.signature,
    leaf.subjectPublicKeyInfo,
    signer.signatureAlgorithm,
    hashName,
  );
};

/** From the leaf upwards, as long as an issuer is among them and has really signed. */
const chainFrom = async (leaf: pkijs.Certificate, certificates: pkijs.Certificate[]): Promise<pkijs.Certificate[]> => {
  const chain = [leaf];
  for (let current = leaf; chain.length <= certificates.length && !current.issuer.isEqual(current.subject);) {
    const issuers = certificates.filter(
      (candidate) => candidate.subject.isEqual(current.issuer) && isAuthority(candidate),
    );
    let issuer: pkijs.Certificate | null = null;
    for (const candidate of issuers) {
      if (await current.verify(candidate)) issuer = candidate;
    }
    if (!issuer) break;
    chain.push(issuer);
    current = issuer;
  }
  return chain;
};

const isSigner = (certificate: pkijs.Certificate, sid: unknown): boolean =>
  sid instanceof pkijs.IssuerAndSerialNumber
    ? certificate.issuer.isEqual(sid.issuer) && certificate.serialNumber.isEqual(sid.serialNumber)
    : sid instanceof asn1js.Primitive && isNamedByKey(certificate, new Uint8Array(sid.valueBlock.valueHexView));

const isNamedByKey = (certificate: pkijs.Certificate, keyIdentifier: Uint8Array): boolean => {
  const extension = certificate.extensions?.find((candidate) => candidate.extnID === '2.5.29.14')?.parsedValue;
  return (
    extension instanceof asn1js.OctetString && equal(new Uint8Array(extension.valueBlock.valueHexView), keyIdentifier)
  );
};

const enveloped = (signedData: pkijs.SignedData): Uint8Array | null => {
  const eContent = signedData.encapContentInfo.eContent;
  return eContent ? new Uint8Array(eContent.getValue()) : null;
};

const firstValue = (attributes: readonly pkijs.Attribute[], type: string): unknown =>
  attributes.find((attribute) => attribute.type === type)?.values[0];

const octets = (value: unknown): Uint8Array | null =>
  value instanceof asn1js.OctetString ? new Uint8Array(value.getValue()) : null;

const digestOf = async (hashName: string, bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest(hashName, new Uint8Array(bytes)));

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const refuse = (reason: string): CmsReading => ({ valid: false, reason });

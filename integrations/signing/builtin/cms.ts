import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';

/** A private key (PKCS #8, ECDSA P-256) with its certificate and those above it, DER, leaf first. */
export type CertifiedKey = {
  certificateChain: readonly Uint8Array[];
  privateKeyPkcs8: Uint8Array;
};

export const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const hash = 'SHA-256';

export const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14', // RFC 3161, appendix A
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47', // RFC 5035
  sha256: '2.16.840.1.101.3.4.2.1',
};

export const sha256 = async (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest(hash, new Uint8Array(bytes)));

/**
 * CMS SignedData (RFC 5652) with the signed attributes that ETSI EN 319 122-1 asks of a baseline signature: content type, message
 * digest, and the signing certificate's hash (ESS, RFC 5035), so that nobody can pass off another certificate for the same key.
 * There is no signing-time attribute: PAdES forbids it (EN 319 142-1 § 6.3); the time claimed is the PDF's own /M entry.
 *
 * `content` is signed but left out when `detached`. `timestamp` may add a token over the signature value (baseline T).
 * @returns DER of the ContentInfo.
 */
export const signCms = async (input: {
  key: CertifiedKey;
  contentType: string;
  content: Uint8Array;
  detached: boolean;
  timestamp?: (signatureValue: Uint8Array) => Promise<Uint8Array>;
}): Promise<Uint8Array> => {
  const certificates = input.key.certificateChain.map((der) => pkijs.Certificate.fromBER(new Uint8Array(der)));
  const [leaf] = certificates;
  const leafDer = input.key.certificateChain[0];
  if (!leaf || !leafDer) throw new Error('A certified key without a certificate.');
  const signerInfo = new pkijs.SignerInfo({
    version: 1,
    sid: new pkijs.IssuerAndSerialNumber({ issuer: leaf.issuer, serialNumber: leaf.serialNumber }),
    signedAttrs: await signedAttributes(input.contentType, input.content, leafDer),
  });
  const signedData = new pkijs.SignedData({
    version: input.contentType === oids.data ? 1 : 3,
    encapContentInfo: encapsulated(input.contentType, input.detached ? null : input.content),
    signerInfos: [signerInfo],
    certificates,
  });
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(input.key.privateKeyPkcs8), curve, false, [
    'sign',
  ]);
  await signedData.sign(privateKey, 0, hash, new Uint8Array(input.content));
  if (input.timestamp) {
    const token = await input.timestamp(new Uint8Array(signerInfo.signature.valueBlock.valueHexView));
    signerInfo.unsignedAttrs = new pkijs.SignedAndUnsignedAttributes({
      type: 1,
      attributes: [attribute(oids.signatureTimestamp, asn1js.fromBER(new Uint8Array(token)).result)],
    });
  }
  const contentInfo = new pkijs.ContentInfo({ contentType: oids.signedData, content: signedData.toSchema(true) });
  return new Uint8Array(contentInfo.toSchema().toBER(false));
};

const encapsulated = (contentType: string, content: Uint8Array | null): pkijs.EncapsulatedContentInfo => {
  const info = new pkijs.EncapsulatedContentInfo({ eContentType: contentType });
  // set afterwards: the constructor would cut it into a constructed string, which DER forbids
  if (content) info.eContent = new asn1js.OctetString({ valueHex: new Uint8Array(content).buffer });
  return info;
};

const signedAttributes = async (contentType: string, content: Uint8Array, certificate: Uint8Array) => {
  const essCertificate = new asn1js.Sequence({
    value: [new asn1js.OctetString({ valueHex: (await sha256(certificate)).buffer })], // SHA-256 is the default: left out
  });
  const attributes = [
    attribute(oids.contentType, new asn1js.ObjectIdentifier({ value: contentType })),
    attribute(oids.messageDigest, new asn1js.OctetString({ valueHex: (await sha256(content)).buffer })),
    attribute(
      oids.signingCertificateV2,
      new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [essCertificate] })] }),
    ),
  ];
  return new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes: inDerOrder(attributes) });
};

/** DER orders a SET OF by its members' encodings (X.690 § 11.6); some checkers re-encode and would disagree otherwise. */
const inDerOrder = (attributes: pkijs.Attribute[]): pkijs.Attribute[] => {
  const encoding = (value: pkijs.Attribute) => Buffer.from(value.toSchema().toBER(false));
  return [...attributes].sort((a, b) => Buffer.compare(encoding(a), encoding(b)));
};

const attribute = (type: string, value: asn1js.AsnType): pkijs.Attribute =>
  new pkijs.Attribute({ type, values: [value] });

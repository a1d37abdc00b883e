import { createHash, type webcrypto } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { curve, hash } from './cms.ts';
import type { CertifiedKey } from './cms.ts';

/**
 * An organization's keys: its own root, the key that seals documents, and the key that states times when no outside timestamp
 * authority is configured. All three are secrets: the caller keeps them encrypted (see `encodeKeys`).
 */
export type OrganizationKeys = {
  authority: CertifiedKey;
  signing: CertifiedKey;
  timestamping: CertifiedKey;
};

const authorityYears = 20;
const signingYears = 3;
/** Certificates start a little early, so that a checker with a slow clock does not call them "not yet valid". */
const backdateMinutes = 60;

const documentSigning = '1.3.6.1.5.5.7.3.36'; // id-kp-documentSigning, RFC 9336
/** Beside document signing, because checkers built on NSS (poppler's pdfsig, Okular, LibreOffice) ask for the e-mail purpose. */
const emailProtection = '1.3.6.1.5.5.7.3.4'; // id-kp-emailProtection, RFC 5280 § 4.2.1.12
const timeStamping = '1.3.6.1.5.5.7.3.8'; // id-kp-timeStamping, RFC 3161 § 2.3: alone and critical
const attributeTypes = { commonName: '2.5.4.3', organization: '2.5.4.10' };
const extensionIds = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};
/** The bits of RFC 5280 § 4.2.1.3, as the first octet of the BIT STRING and its unused bits. */
const keyUsages = {
  signContent: { octet: 0xc0, unusedBits: 6 }, // digitalSignature, nonRepudiation
  signCertificates: { octet: 0x06, unusedBits: 1 }, // keyCertSign, cRLSign
};
/** X.520's upper bound for commonName and organizationName, in characters. */
const nameMaxCharacters = 64;

/** A new root with a signing and a timestamping key under it. `now` starts the certificates' validity. */
export const createOrganizationAuthority = async (input: {
  organizationName: string;
  now: Date;
}): Promise<OrganizationKeys> => {
  const keys = await generateKeyPair();
  const subject = distinguishedName(input.organizationName, 'document authority');
  const certificate = await issue({
    subject,
    subjectKeys: keys,
    issuer: { name: subject, keys },
    usage: 'authority',
    validFrom: input.now,
    years: authorityYears,
  });
  const authority = await certified(keys, [certificate]);
  return {
    authority,
    signing: await issueSigningKey({ ...input, authority }),
    timestamping: await issueTimestampingKey({ ...input, authority }),
  };
};

type IssueInput = { organizationName: string; authority: CertifiedKey; now: Date };

/** A new sealing key under the same root: rotation. Documents sealed before keep verifying, they carry their own chain. */
export const issueSigningKey = (input: IssueInput): Promise<CertifiedKey> => issueUnder(input, 'signing');

export const issueTimestampingKey = (input: IssueInput): Promise<CertifiedKey> => issueUnder(input, 'timestamping');

/** True from 90 days before the end of a certificate: time to issue the next key. */
export const rotationDue = (key: CertifiedKey, now: Date): boolean => {
  const leaf = pkijs.Certificate.fromBER(copy(leafOf(key)));
  return leaf.notAfter.value.getTime() - now.getTime() < 90 * 86_400_000;
};

/**
 * The next keys under the same root: nobody needs to be told, and what was sealed before keeps verifying, as it carries its own chain.
 */
export const renewKeys = async (
  keys: OrganizationKeys,
  input: { organizationName: string; now: Date },
): Promise<OrganizationKeys> => {
  const { authority } = keys;
  return {
    authority,
    signing: await issueSigningKey({ ...input, authority }),
    timestamping: await issueTimestampingKey({ ...input, authority }),
  };
};

/** What is told of a key: the fingerprint (SHA-256, lower-case hex, as verification names it) and the end of its certificate, and its root's. */
export const describeKeys = ({ signing, authority }: OrganizationKeys) => {
  const fingerprint = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');
  return {
    certificateSha256: fingerprint(leafOf(signing)),
    rootSha256: fingerprint(leafOf(authority)),
    notAfter: pkijs.Certificate.fromBER(copy(leafOf(signing))).notAfter.value,
  };
};

/** Bytes to encrypt and store, and back. @throws when the bytes are not ours. */
export const encodeKeys = (keys: OrganizationKeys): Uint8Array => {
  const plain = (key: CertifiedKey) => ({
    certificateChain: key.certificateChain.map((der) => Buffer.from(der).toString('base64')),
    privateKeyPkcs8: Buffer.from(key.privateKeyPkcs8).toString('base64'),
  });
  const { authority, signing, timestamping } = keys;
  return Buffer.from(
    JSON.stringify({ authority: plain(authority), signing: plain(signing), timestamping: plain(timestamping) }),
  );
};

export const decodeKeys = (bytes: Uint8Array): OrganizationKeys => {
  const read = (value: unknown): CertifiedKey => {
    const { certificateChain, privateKeyPkcs8 } = (value ?? {}) as Record<string, unknown>;
    if (!Array.isArray(certificateChain) || typeof privateKeyPkcs8 !== 'string') {
      throw new Error(
        'The stored keys of an organization lack a certificate chain or a private key: are they of another kind?',
      );
    }
    return {
      certificateChain: certificateChain.map((base64) => new Uint8Array(Buffer.from(String(base64), 'base64'))),
      privateKeyPkcs8: new Uint8Array(Buffer.from(privateKeyPkcs8, 'base64')),
    };
  };
  const { authority, signing, timestamping } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
  return { authority: read(authority), signing: read(signing), timestamping: read(timestamping) };
};

/** The root's certificate as PEM: what an organization publishes, and what checkers outside are told to trust. */
export const rootCertificatePem = (keys: OrganizationKeys): string => {
  const lines =
    Buffer.from(leafOf(keys.authority))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};

const issueUnder = async (input: IssueInput, usage: 'signing' | 'timestamping'): Promise<CertifiedKey> => {
  const root = pkijs.Certificate.fromBER(copy(leafOf(input.authority)));
  const privateKey = await crypto.subtle.importKey('pkcs8', copy(input.authority.privateKeyPkcs8), curve, false, [
    'sign',
  ]);
  const keys = await generateKeyPair();
  const role = usage === 'signing' ? 'document seal' : 'timestamps';
  const certificate = await issue({
    subject: distinguishedName(input.organizationName, role),
    subjectKeys: keys,
    issuer: { name: root.subject, keys: { privateKey, publicKey: await root.getPublicKey() } },
    usage,
    validFrom: input.now,
    years: signingYears,
  });
  return certified(keys, [certificate, leafOf(input.authority)]);
};

const issue = async (input: {
  subject: pkijs.RelativeDistinguishedNames;
  subjectKeys: webcrypto.CryptoKeyPair;
  issuer: { name: pkijs.RelativeDistinguishedNames; keys: webcrypto.CryptoKeyPair };
  usage: 'authority' | 'signing' | 'timestamping';
  validFrom: Date;
  years: number;
}): Promise<Uint8Array> => {
  const certificate = new pkijs.Certificate();
  certificate.version = 2; // v3
  certificate.serialNumber = new asn1js.Integer({ valueHex: positiveSerial() });
  certificate.issuer = input.issuer.name;
  certificate.subject = input.subject;
  const start = new Date(input.validFrom.getTime() - backdateMinutes * 60_000);
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + input.years);
  certificate.notBefore = validity(start);
  certificate.notAfter = validity(end);
  await certificate.subjectPublicKeyInfo.importKey(input.subjectKeys.publicKey);
  certificate.extensions = await extensionsFor(input);
  await certificate.sign(input.issuer.keys.privateKey, hash);
  return new Uint8Array(certificate.toSchema(true).toBER(false));
};

const extensionsFor = async (input: {
  subjectKeys: webcrypto.CryptoKeyPair;
  issuer: { keys: webcrypto.CryptoKeyPair };
  usage: 'authority' | 'signing' | 'timestamping';
}): Promise<pkijs.Extension[]> => {
  const isAuthority = input.usage === 'authority';
  const usage = isAuthority ? keyUsages.signCertificates : keyUsages.signContent;
  const purposes = input.usage === 'timestamping' ? [timeStamping] : [documentSigning, emailProtection];
  const extension = (extnID: string, critical: boolean, value: asn1js.AsnType) =>
    new pkijs.Extension({ extnID, critical, extnValue: value.toBER(false) });
  const subjectKeyId = new asn1js.OctetString({ valueHex: await keyIdentifier(input.subjectKeys.publicKey) });
  const authorityKeyId = new pkijs.AuthorityKeyIdentifier({
    keyIdentifier: new asn1js.OctetString({ valueHex: await keyIdentifier(input.issuer.keys.publicKey) }),
  });
  return [
    extension(
      extensionIds.basicConstraints,
      true,
      new pkijs.BasicConstraints(isAuthority ? { cA: true, pathLenConstraint: 0 } : {}).toSchema(),
    ),
    extension(
      extensionIds.keyUsage,
      true,
      new asn1js.BitString({ valueHex: new Uint8Array([usage.octet]).buffer, unusedBits: usage.unusedBits }),
    ),
    ...(isAuthority
      ? []
      : [
          extension(
            extensionIds.extendedKeyUsage,
            input.usage === 'timestamping',
            new pkijs.ExtKeyUsage({ keyPurposes: purposes }).toSchema(),
          ),
        ]),
    extension(extensionIds.subjectKeyIdentifier, false, subjectKeyId),
    extension(extensionIds.authorityKeyIdentifier, false, authorityKeyId.toSchema()),
  ];
};

const distinguishedName = (organizationName: string, role: string): pkijs.RelativeDistinguishedNames => {
  const organization = [...organizationName.trim()].slice(0, nameMaxCharacters).join('');
  const suffix = ` ${role}`;
  const commonName = [...organization].slice(0, nameMaxCharacters - suffix.length).join('') + suffix;
  // one attribute per RDN: pkijs by itself would put both into a single, multi-valued one
  const relative = (type: string, value: string) =>
    new asn1js.Set({
      value: [
        new asn1js.Sequence({
          value: [new asn1js.ObjectIdentifier({ value: type }), new asn1js.Utf8String({ value })],
        }),
      ],
    });
  const name = new asn1js.Sequence({
    value: [relative(attributeTypes.organization, organization), relative(attributeTypes.commonName, commonName)],
  });
  return pkijs.RelativeDistinguishedNames.fromBER(name.toBER(false));
};

/** RFC 5280 § 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. Whole seconds. */
const validity = (date: Date): pkijs.Time =>
  new pkijs.Time({
    type: date.getUTCFullYear() < 2050 ? 0 : 1,
    value: new Date(Math.floor(date.getTime() / 1000) * 1000),
  });

const positiveSerial = (): ArrayBuffer => {
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.buffer;
};

/** RFC 7093 method 1: the left 160 bits of SHA-256 over the public key. */
const keyIdentifier = async (publicKey: webcrypto.CryptoKey): Promise<ArrayBuffer> => {
  const point = await crypto.subtle.exportKey('raw', publicKey);
  return (await crypto.subtle.digest(hash, point)).slice(0, 20);
};

const generateKeyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(curve, true, ['sign', 'verify']);

const certified = async (keys: webcrypto.CryptoKeyPair, certificateChain: Uint8Array[]): Promise<CertifiedKey> => ({
  certificateChain,
  privateKeyPkcs8: new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
});

const leafOf = (key: CertifiedKey): Uint8Array => {
  const [leaf] = key.certificateChain;
  if (!leaf) throw new Error('A certified key without a certificate.');
  return leaf;
};

const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

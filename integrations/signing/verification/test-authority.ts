import type { webcrypto } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { curve, hash } from '../builtin/cms.ts';
import type { CertifiedKey } from '../builtin/cms.ts';

/** A timestamp authority as there are outside: a root, a certificate authority under it, and a key under that. For tests. */
export type TestAuthority = { root: Uint8Array; key: CertifiedKey };

export type TestAuthorityOptions = {
  now: Date;
  /** Of the key's certificate; timestamps alone, critical, unless told otherwise. */
  purposes?: { critical: boolean; oids: readonly string[] };
  /** The authority between root and key is one, as RFC 5280 has it: false makes it an ordinary certificate. */
  middleIsAuthority?: boolean;
  middlePurposes?: readonly string[];
  /** Of the authority between: its last day. */
  middleUntil?: Date;
  /** The root comes along in tokens; most authorities leave it out. */
  includeRoot?: boolean;
};

export const timeStamping = '1.3.6.1.5.5.7.3.8';
export const serverLogIn = '1.3.6.1.5.5.7.3.1';

export const createTestAuthority = async (name: string, options: TestAuthorityOptions): Promise<TestAuthority> => {
  const [rootKeys, middleKeys, leafKeys] = [await generate(), await generate(), await generate()];
  const valid = { from: new Date(options.now.getTime() - 86_400_000), until: new Date('2046-01-01T00:00:00Z') };
  const root = await certificate({
    ...{ subject: `${name} root`, issuer: `${name} root`, keys: rootKeys, signedBy: rootKeys, ...valid },
    extensions: [authority(true)],
  });
  const middle = await certificate({
    ...{ subject: `${name} middle`, issuer: `${name} root`, keys: middleKeys, signedBy: rootKeys, ...valid },
    until: options.middleUntil ?? valid.until,
    extensions: [
      authority(options.middleIsAuthority ?? true),
      ...(options.middlePurposes ? [purposes(false, options.middlePurposes)] : []),
    ],
  });
  const { critical, oids } = options.purposes ?? { critical: true, oids: [timeStamping] };
  const leaf = await certificate({
    ...{ subject: `${name} timestamps`, issuer: `${name} middle`, keys: leafKeys, signedBy: middleKeys, ...valid },
    extensions: [purposes(critical, oids)],
  });
  return {
    root,
    key: {
      certificateChain: [leaf, middle, ...(options.includeRoot ? [root] : [])],
      privateKeyPkcs8: new Uint8Array(await crypto.subtle.exportKey('pkcs8', leafKeys.privateKey)),
    },
  };
};

type CertificateInput = {
  subject: string;
  issuer: string;
  keys: webcrypto.CryptoKeyPair;
  signedBy: webcrypto.CryptoKeyPair;
  from: Date;
  until: Date;
  extensions: pkijs.Extension[];
};

const certificate = async (input: CertificateInput): Promise<Uint8Array> => {
  const made = new pkijs.Certificate();
  made.version = 2; // v3
  made.serialNumber = new asn1js.Integer({ valueHex: new Uint8Array([0x40, ...randomBytes()]).buffer });
  made.issuer = nameOf(input.issuer);
  made.subject = nameOf(input.subject);
  made.notBefore = new pkijs.Time({ type: 0, value: input.from });
  made.notAfter = new pkijs.Time({ type: 0, value: input.until });
  await made.subjectPublicKeyInfo.importKey(input.keys.publicKey);
  made.extensions = input.extensions;
  await made.sign(input.signedBy.privateKey, hash);
  return new Uint8Array(made.toSchema(true).toBER(false));
};

const authority = (cA: boolean) => extension('2.5.29.19', true, new pkijs.BasicConstraints({ cA }).toSchema());

const purposes = (critical: boolean, keyPurposes: readonly string[]) =>
  extension('2.5.29.37', critical, new pkijs.ExtKeyUsage({ keyPurposes: [...keyPurposes] }).toSchema());

const extension = (extnID: string, critical: boolean, value: asn1js.AsnType) =>
  new pkijs.Extension({ extnID, critical, extnValue: value.toBER(false) });

const nameOf = (commonName: string) =>
  new pkijs.RelativeDistinguishedNames({
    typesAndValues: [
      new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: commonName }) }),
    ],
  });

const randomBytes = () => crypto.getRandomValues(new Uint8Array(8));

const generate = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(curve, true, ['sign', 'verify']);

import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOrganizationAuthority } from '../builtin/authority.ts';
import type { OrganizationKeys } from '../builtin/authority.ts';
import { oids, sha256, signCms } from '../builtin/cms.ts';
import { readCmsSignature } from './cms-signature.ts';

const content = Buffer.from('what was signed');
let keys: OrganizationKeys;

beforeAll(async () => {
  keys = await createOrganizationAuthority({ organizationName: 'Acme', now: new Date() });
});

describe('readCmsSignature', () => {
  it('returns the chain up to the root', async () => {
    const der = await signCms({ key: keys.signing, contentType: oids.data, content, detached: true });
    const reading = await readCmsSignature(der, content);
    expect(reading.valid && reading.chain).toHaveLength(2);
  });

  it('refuses other content, and content both inside and outside', async () => {
    const detached = await signCms({ key: keys.signing, contentType: oids.data, content, detached: true });
    expect(await readCmsSignature(detached, Buffer.from('something else'))).toMatchObject({ valid: false });
    expect(await readCmsSignature(detached, null)).toMatchObject({ valid: false });
    const enveloped = await signCms({ key: keys.signing, contentType: oids.data, content, detached: false });
    expect(await readCmsSignature(enveloped, null)).toMatchObject({ valid: true });
    expect(await readCmsSignature(enveloped, content)).toMatchObject({ valid: false });
  });

  it("refuses a certificate slipped under somebody else's signature", async () => {
    const { signing } = keys;
    const other = await createOrganizationAuthority({ organizationName: 'Acme', now: new Date() });
    const mixed = { certificateChain: other.signing.certificateChain, privateKeyPkcs8: signing.privateKeyPkcs8 };
    const der = await signCms({ key: mixed, contentType: oids.data, content, detached: true });
    expect(await readCmsSignature(der, content)).toEqual({
      valid: false,
      reason: "the signature does not fit the signer's key",
    });
  });

  it('does not take an end certificate for an authority', async () => {
    const { signing } = keys;
    const [leaf] = signing.certificateChain;
    if (!leaf) throw new Error('no certificate');
    const issuedByLeaf = await createOrganizationAuthority({ organizationName: 'Mallory', now: new Date() });
    const chain = [...issuedByLeaf.signing.certificateChain.slice(0, 1), leaf];
    const der = await signCms({
      key: { ...issuedByLeaf.signing, certificateChain: chain },
      contentType: oids.data,
      content,
      detached: true,
    });
    const reading = await readCmsSignature(der, content);
    expect(reading.valid && reading.chain).toHaveLength(1);
  });

  it('refuses more certificates than a chain can have: walking them all would take a server minutes', async () => {
    const { signing } = keys;
    const [leaf, root] = signing.certificateChain;
    if (!leaf || !root) throw new Error('no chain');
    const many = { ...signing, certificateChain: [leaf, ...Array.from({ length: 32 }, () => root)] };
    const der = await signCms({ key: many, contentType: oids.data, content, detached: true });
    expect(await readCmsSignature(der, content)).toEqual({
      valid: false,
      reason: 'there are more than 32 certificates',
    });
  });

  it('reads RSA signatures without a signing-certificate attribute, as other services make them', async () => {
    const der = await rsaSignature();
    expect(await readCmsSignature(der, content)).toMatchObject({ valid: true });
    expect(await readCmsSignature(der, Buffer.from('something else'))).toMatchObject({ valid: false });
  });

  it('says of anything else that it cannot be read', async () => {
    for (const bytes of [new Uint8Array(), Buffer.from('hello'), Buffer.from('3003020100', 'hex')]) {
      expect(await readCmsSignature(bytes, content)).toMatchObject({ valid: false });
    }
  });
});

const rsaSignature = async (): Promise<Uint8Array> => {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = new pkijs.Certificate();
  certificate.serialNumber = new asn1js.Integer({ value: 7 });
  for (const name of [certificate.issuer, certificate.subject]) {
    const value = new asn1js.Utf8String({ value: 'Another service' });
    name.typesAndValues.push(new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value }));
  }
  certificate.notBefore.value = new Date();
  certificate.notAfter.value = new Date(Date.now() + 86_400_000);
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, 'SHA-256');
  const attributes = [
    new pkijs.Attribute({ type: oids.contentType, values: [new asn1js.ObjectIdentifier({ value: oids.data })] }),
    new pkijs.Attribute({
      type: oids.messageDigest,
      values: [new asn1js.OctetString({ valueHex: (await sha256(content)).buffer })],
    }),
  ];
  const signedData = new pkijs.SignedData({
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: oids.data }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }),
      }),
    ],
    certificates: [certificate],
  });
  await signedData.sign(privateKey, 0, 'SHA-256', new Uint8Array(content));
  const contentInfo = new pkijs.ContentInfo({ contentType: oids.signedData, content: signedData.toSchema(true) });
  return new Uint8Array(contentInfo.toSchema().toBER(false));
};

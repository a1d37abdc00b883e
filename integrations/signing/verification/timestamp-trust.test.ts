import { PDFDocument } from '@cantoo/pdf-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOrganizationAuthority } from '../builtin/authority.ts';
import type { OrganizationKeys } from '../builtin/authority.ts';
import type { CertifiedKey } from '../builtin/cms.ts';
import { sealPdf } from '../builtin/seal.ts';
import { createLocalTimestampAuthority } from '../builtin/timestamp.ts';
import { verificationSentences } from './sentences.ts';
import { createTestAuthority, serverLogIn, timeStamping } from './test-authority.ts';
import type { TestAuthorityOptions } from './test-authority.ts';
import { verifyPdf } from './verify-pdf.ts';

const now = new Date('2026-11-20T10:00:00Z');
let keys: OrganizationKeys;
let plain: Uint8Array;

beforeAll(async () => {
  keys = await createOrganizationAuthority({ organizationName: 'Acme', now });
  const document = await PDFDocument.create();
  document.addPage();
  plain = await document.save();
});

const authority = (changes: Partial<TestAuthorityOptions> = {}) =>
  createTestAuthority('Time & Co', { now, ...changes });

/** What is said of a file that was stamped by this key. */
const timestampOf = async (key: CertifiedKey, timestampRoots: readonly Uint8Array[], at = now) => {
  const timestampAuthority = createLocalTimestampAuthority({ key, clock: () => at });
  const file = await sealPdf({
    pdf: plain,
    signingKey: keys.signing,
    ...{ name: 'Acme', reason: '', location: '', signedAt: now, timestampAuthority },
  });
  const report = await verifyPdf(file, { now, trustedRoots: keys.authority.certificateChain, timestampRoots });
  expect(report.verdict).toBe('intact');
  const [seal] = report.seals;
  if (!seal?.timestamp) throw new Error('There is no timestamp.');
  return { ...seal.timestamp, said: verificationSentences(report).join('\n'), sealTrust: seal.trust };
};

describe('a timestamp', () => {
  it.each([true, false])('is trusted when it leads to a root given (which came along: %s)', async (includeRoot) => {
    const { key, root } = await authority({ includeRoot });
    const timestamp = await timestampOf(key, [root]);
    expect(timestamp).toMatchObject({ trust: 'trusted', independent: true, authority: 'Time & Co timestamps' });
    expect(timestamp.said).toContain('by Time & Co timestamps, an independent authority that is trusted here');
  });

  it('is nobody’s word while no root is known: the time is what the authority states', async () => {
    const timestamp = await timestampOf((await authority({ includeRoot: true })).key, []);
    expect(timestamp).toMatchObject({ trust: 'not_checked', independent: false });
    expect(timestamp.said).toContain('stated by Time & Co timestamps, authority not checked');
  });

  it('of an authority that only has the name of a trusted one is not trusted', async () => {
    const real = await authority();
    const forged = await authority({ includeRoot: true });
    const timestamp = await timestampOf(forged.key, [real.root]);
    expect(timestamp).toMatchObject({ trust: 'unknown', independent: false });
    expect(timestamp.said).toContain('not one of the authorities trusted here');
  });

  it.each<[string, Partial<TestAuthorityOptions>]>([
    ['whose issuer is no authority', { middleIsAuthority: false }],
    ['whose issuer had run out by then', { middleUntil: new Date(now.getTime() - 1000) }],
    ['whose issuer may not issue such certificates', { middlePurposes: [serverLogIn] }],
  ])('%s is not trusted', async (_why, changes) => {
    const { key, root } = await authority(changes);
    expect(await timestampOf(key, [root])).toMatchObject({ trust: 'unknown', independent: false });
  });

  it('whose issuer is for timestamps only is trusted', async () => {
    const { key, root } = await authority({ middlePurposes: [timeStamping] });
    expect(await timestampOf(key, [root])).toMatchObject({ trust: 'trusted' });
  });

  it.each<[string, Partial<TestAuthorityOptions>, Date]>([
    ['that does not say so critically', { purposes: { critical: false, oids: [timeStamping] } }, now],
    ['that is for other things, too', { purposes: { critical: true, oids: [timeStamping, serverLogIn] } }, now],
    ['that is for something else', { purposes: { critical: true, oids: [serverLogIn] } }, now],
    ['that was not valid then', {}, new Date('2047-01-01T00:00:00Z')],
  ])('by a certificate %s counts for nothing, under whatever root', async (_why, changes, at) => {
    const { key, root } = await authority(changes);
    const timestamp = await timestampOf(key, [root], at);
    expect(timestamp).toMatchObject({ trust: 'unfit', independent: false, sealTrust: 'trusted' });
    expect(timestamp.said).toContain('Do not rely on it');
  });

  it('by the sealing party’s own key is its own clock, even when its root is given for timestamps', async () => {
    const [root] = keys.authority.certificateChain;
    for (const roots of [[], [root ?? new Uint8Array()]]) {
      const timestamp = await timestampOf(keys.timestamping, roots);
      expect(timestamp).toMatchObject({ trust: 'own_clock', independent: false });
      expect(timestamp.said).toContain("the sealing party's own clock, no independent witness");
    }
  });
});

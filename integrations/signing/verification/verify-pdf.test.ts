import { PDFDocument } from '@cantoo/pdf-lib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOrganizationAuthority } from '../builtin/authority.ts';
import type { OrganizationKeys } from '../builtin/authority.ts';
import { sealPdf } from '../builtin/seal.ts';
import { createLocalTimestampAuthority } from '../builtin/timestamp.ts';
import { verifyPdf } from './verify-pdf.ts';

const now = new Date('2026-11-20T10:00:00Z');
let keys: OrganizationKeys;
let plain: Uint8Array;
let sealed: Uint8Array;

const seal = (pdf: Uint8Array, by: OrganizationKeys, timestamped: boolean, reason = 'Signed by Zoë 李明') =>
  sealPdf({
    pdf,
    signingKey: by.signing,
    name: 'Acme',
    reason,
    location: '',
    signedAt: now,
    timestampAuthority: timestamped ? createLocalTimestampAuthority({ key: by.timestamping, clock: () => now }) : null,
  });

const rootOf = (of: OrganizationKeys): Uint8Array => {
  const [root] = of.authority.certificateChain;
  if (!root) throw new Error('no root');
  return root;
};

beforeAll(async () => {
  keys = await createOrganizationAuthority({ organizationName: 'Acme "Räuber" 法', now });
  const document = await PDFDocument.create();
  document.addPage();
  document.setTitle('/ByteRange [0 1 2 3] (a title that looks like a signature)');
  plain = await document.save({ useObjectStreams: false });
  sealed = await seal(plain, keys, true);
});

describe('verifyPdf', () => {
  it('tells who sealed, why and when', async () => {
    const report = await verifyPdf(sealed, { now, trustedRoots: [rootOf(keys)] });
    expect(report.verdict).toBe('intact');
    expect(report.seals).toHaveLength(1);
    expect(report.seals[0]).toMatchObject({
      intact: true,
      reason: null,
      coversWholeFile: true,
      trust: 'trusted',
      claims: { name: 'Acme', reason: 'Signed by Zoë 李明', claimedAt: now },
      certificate: { subject: 'Acme "Räuber" 法 document seal' },
      root: { subject: 'Acme "Räuber" 法 document authority' },
      timestamp: { at: now, authority: 'Acme "Räuber" 法 timestamps', independent: false },
    });
  });

  it('refuses a file with one bit flipped anywhere in what the seal covers', async () => {
    const { start, end } = gapOf(sealed);
    const covered = fc.oneof(fc.nat(start - 1), fc.integer({ min: end, max: sealed.length - 1 }));
    await fc.assert(
      fc.asyncProperty(covered, fc.nat(7), async (offset, bit) => {
        const altered = new Uint8Array(sealed);
        altered[offset] = (altered[offset] ?? 0) ^ (1 << bit);
        expect((await verifyPdf(altered, { now })).verdict).not.toBe('intact');
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('refuses a file that hides something in the room left beside the signature', async () => {
    const altered = new Uint8Array(sealed);
    altered[gapOf(sealed).end - 3] = '7'.charCodeAt(0);
    const report = await verifyPdf(altered, { now });
    expect(report.seals[0]?.reason).toBe('the room for the signature holds something else');
    expect(report.verdict).toBe('altered');
  });

  it('refuses a file with something appended, and says so', async () => {
    const report = await verifyPdf(Buffer.concat([sealed, Buffer.from('\n% more')]), { now });
    expect(report.verdict).toBe('altered');
    expect(report.seals[0]?.reason).toBe('something was added to the file after it was sealed');
  });

  it('does not take the signature of one file for another', async () => {
    const other = await seal(plain, keys, true, 'Signed by somebody else 1');
    const gap = /<[0-9a-f]{4096,}>/;
    const from = gap.exec(Buffer.from(sealed).toString('latin1'))?.[0] ?? '';
    const forged = Buffer.from(Buffer.from(other).toString('latin1').replace(gap, from), 'latin1');
    expect((await verifyPdf(forged, { now })).verdict).toBe('altered');
  });

  it('keeps integrity and trust apart: a stranger with the same name is intact, but unknown', async () => {
    const stranger = await createOrganizationAuthority({ organizationName: 'Acme "Räuber" 法', now });
    const report = await verifyPdf(await seal(plain, stranger, false), { now, trustedRoots: [rootOf(keys)] });
    expect(report.verdict).toBe('intact');
    expect(report.seals[0]).toMatchObject({ trust: 'unknown', timestamp: null });
  });

  it('calls a seal expired when its certificate was not valid at the time of sealing', async () => {
    const young = await createOrganizationAuthority({
      organizationName: 'Acme',
      now: new Date('2027-01-01T00:00:00Z'),
    });
    const report = await verifyPdf(await seal(plain, young, false), { now, trustedRoots: [rootOf(young)] });
    expect(report.seals[0]?.trust).toBe('expired');
  });

  it('answers soon for a file with many places that look like long signatures', async () => {
    const head = '%PDF-1.7\n';
    const room = `<${'0'.repeat(1_900_000)}g>`;
    const place = `/ByteRange [0 ${head.length} ${head.length + room.length} 1]\n`;
    const begun = performance.now();
    const report = await verifyPdf(Buffer.from(head + room + place.repeat(5_000), 'latin1'), { now });
    expect(report.verdict).toBe('altered');
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('says of a PDF without a seal that it is not signed, and of other files that they are no PDF', async () => {
    const document = await PDFDocument.create();
    document.addPage();
    expect((await verifyPdf(await document.save(), { now })).verdict).toBe('unsigned');
    expect((await verifyPdf(Buffer.from('hello'), { now })).verdict).toBe('unreadable');
    expect((await verifyPdf(new Uint8Array(), { now })).verdict).toBe('unreadable');
  });
});

const gapOf = (bytes: Uint8Array): { start: number; end: number } => {
  const match = /<[0-9a-f]{4096,}>/.exec(Buffer.from(bytes).toString('latin1'));
  if (!match) throw new Error('no gap');
  return { start: match.index, end: match.index + match[0].length };
};

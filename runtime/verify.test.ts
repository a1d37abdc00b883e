import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrganizationAuthority, rootCertificatePem } from '#integrations/signing/builtin/authority.ts';
import { sealPdf } from '#integrations/signing/builtin/seal.ts';
import { createLocalTimestampAuthority } from '#integrations/signing/builtin/timestamp.ts';
import { createTestAuthority } from '#integrations/signing/verification/test-authority.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-verify-'));
  const now = new Date();
  const keys = await createOrganizationAuthority({ organizationName: 'Acme', now });
  const stranger = await createOrganizationAuthority({ organizationName: 'Acme', now });
  const document = await PDFDocument.create();
  document.addPage();
  const pdf = await document.save();
  const seal = { pdf, signingKey: keys.signing, name: 'Acme', reason: 'Signed by Zoë', location: '', signedAt: now };
  const sealed = await sealPdf({ ...seal, timestampAuthority: null });
  const outside = await createTestAuthority('Time & Co', { now });
  const timestampAuthority = createLocalTimestampAuthority({ key: outside.key, clock: () => now });
  const altered = Buffer.from(sealed);
  altered[12] = (altered[12] ?? 0) ^ 1;
  const files = {
    'sealed.pdf': sealed,
    'altered.pdf': altered,
    'plain.pdf': pdf,
    'text.pdf': 'hello',
    'stamped.pdf': await sealPdf({ ...seal, timestampAuthority }),
    'timestamps.der': outside.root,
    'root.pem': rootCertificatePem(keys),
    'stranger.pem': rootCertificatePem(stranger),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const verify = (...parameters: string[]): Promise<{ exitCode: number; said: string }> =>
  new Promise((resolve) => {
    const command = [join(import.meta.dirname, 'verify.ts'), ...parameters];
    execFile(process.execPath, command, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr });
    });
  });

describe('npm run verify', () => {
  it.each([
    [['sealed.pdf'], 0, 'Intact: no byte has changed'],
    [['sealed.pdf', '--trust', 'root.pem'], 0, 'is one of those trusted here'],
    [['sealed.pdf', '--trust', 'stranger.pem'], 3, 'which is not known here'],
    [['stamped.pdf'], 0, 'stated by Time & Co timestamps, authority not checked'],
    [['stamped.pdf', '--trust', 'root.pem', '--trust-timestamps', 'timestamps.der'], 0, 'an independent authority'],
    [['stamped.pdf', '--trust-timestamps', 'stranger.pem'], 3, 'not one of the authorities trusted here'],
    [['sealed.pdf', '--trust-timestamps', 'timestamps.der'], 3, 'There is no timestamp'],
    [['sealed.pdf', '--trust', 'text.pdf'], 66, 'it holds no certificate'],
    [['altered.pdf'], 1, 'Altered: this is not the file that was sealed'],
    [['sealed.pdf', 'altered.pdf'], 1, 'Altered'],
    [['plain.pdf'], 2, 'there is no signature in this file'],
    [['text.pdf'], 2, 'this is no PDF'],
    [['missing.pdf'], 66, 'missing.pdf cannot be read'],
    [[], 64, 'Usage: npm run verify'],
    [['--unknown'], 64, 'Unknown option'],
  ])(
    '%j ends with %i and says why',
    async (parameters, exitCode, words) => {
      const outcome = await verify(...parameters);
      expect(outcome.said).toContain(words);
      expect(outcome.exitCode).toBe(exitCode);
    },
    20_000,
  );

  it('gives the whole report as one line of JSON for each file', async () => {
    const { said } = await verify('sealed.pdf', 'plain.pdf', '--json');
    const reports = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; verdict: string });
    expect(reports.map(({ file, verdict }) => [file, verdict])).toEqual([
      ['sealed.pdf', 'intact'],
      ['plain.pdf', 'unsigned'],
    ]);
  }, 20_000);
});

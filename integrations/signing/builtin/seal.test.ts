import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { verifyPdf } from '../verification/verify-pdf.ts';
import { createOrganizationAuthority, rootCertificatePem } from './authority.ts';
import type { OrganizationKeys } from './authority.ts';
import { sealPdf } from './seal.ts';
import { createLocalTimestampAuthority } from './timestamp.ts';

let keys: OrganizationKeys;
let folder: string;

const seal = async (useObjectStreams: boolean, timestamped = true, reason = 'Signed by Zoë <zoe@example.com>') => {
  const document = await PDFDocument.create();
  document.addPage().drawText('An agreement');
  const pdf = await document.save({ useObjectStreams });
  const now = new Date();
  const timestampAuthority = timestamped
    ? createLocalTimestampAuthority({ key: keys.timestamping, clock: () => new Date() })
    : null;
  const sealed = await sealPdf({
    pdf,
    signingKey: keys.signing,
    name: 'Acme',
    reason,
    location: 'Graz',
    signedAt: now,
    timestampAuthority,
  });
  return { pdf, sealed };
};

beforeAll(async () => {
  keys = await createOrganizationAuthority({ organizationName: 'Acme "Räuber" 法', now: new Date() });
  folder = await mkdtemp(join(tmpdir(), 'countersign-seal-'));
  await writeFile(join(folder, 'root.pem'), rootCertificatePem(keys));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('sealPdf', () => {
  it.each([true, false])('leaves the input as the beginning of the output (object streams: %s)', async (streams) => {
    const { pdf, sealed } = await seal(streams);
    expect(Buffer.from(sealed.subarray(0, pdf.length)).equals(Buffer.from(pdf))).toBe(true);
    expect((await PDFDocument.load(sealed)).getPageCount()).toBe(1);
  });

  it('has a timestamp only when there is an authority', async () => {
    const baselineB = await verifyPdf((await seal(false, false)).sealed, { now: new Date() });
    const baselineT = await verifyPdf((await seal(false, true)).sealed, { now: new Date() });
    expect(baselineB.seals[0]).toMatchObject({ intact: true, timestamp: null });
    expect(baselineT.seals[0]?.timestamp?.authority).toBe('Acme "Räuber" 法 timestamps');
  });

  it('keeps the byte range its own, whatever people write into the reason', async () => {
    const hostile = ') /ByteRange [0 9 9 9] /Contents <00> >> endobj %';
    const { sealed } = await seal(false, true, hostile);
    const report = await verifyPdf(sealed, { now: new Date() });
    expect(report.verdict).toBe('intact');
    expect(report.seals[0]?.claims?.reason).toBe(hostile);
  });

  it('refuses to seal a file that is sealed already', async () => {
    const { sealed } = await seal(false);
    const again = sealPdf({
      pdf: sealed,
      signingKey: keys.signing,
      name: 'Acme',
      reason: '',
      location: '',
      signedAt: new Date(),
      timestampAuthority: null,
    });
    await expect(again).rejects.toThrow('sealed already');
  });
});

describe('other checkers', () => {
  it.for([true, false])(
    'pdfsig calls the seal valid, and one flipped byte invalid (object streams: %s)',
    async (streams, context) => {
      await withTool(context, 'pdfsig', async (run) => {
        const { sealed } = await seal(streams);
        expect(await run([await stored('sealed.pdf', sealed)])).toMatch(/Total document signed[^]*Signature is Valid/);
        expect(await run([await stored('flipped.pdf', flipped(sealed))])).toContain('Digest Mismatch');
      });
    },
  );

  it.for([true, false])(
    'pyHanko trusts it under our root, and refuses one flipped byte (object streams: %s)',
    async (streams, context) => {
      await withTool(context, 'pyhanko', async (run) => {
        const { sealed } = await seal(streams);
        const validate = ['sign', 'validate', '--pretty-print', '--trust-replace', '--trust', join(folder, 'root.pem')];
        const report = await run([...validate, await stored('sealed.pdf', sealed)]);
        expect(report).toContain("The signer's certificate is trusted.");
        expect(report).toContain('The TSA certificate is trusted.');
        expect(report).toContain('The signature is judged VALID.');
        expect(await run([...validate, await stored('flipped.pdf', flipped(sealed))])).toContain('judged INVALID');
      });
    },
  );
});

const stored = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

/** One bit of a page's content, which no parser trips over. */
const flipped = (sealed: Uint8Array): Uint8Array => {
  const altered = new Uint8Array(sealed);
  const offset = Buffer.from(sealed).indexOf('stream') + 12;
  altered[offset] = (altered[offset] ?? 0) ^ 1;
  return altered;
};

type Run = (parameters: string[]) => Promise<string>;

/** Runs the check with a tool from PATH; where it is not installed, the test passes and its annotation says that nothing was checked. */
const withTool = async (context: TestContext, tool: string, check: (run: Run) => Promise<void>): Promise<void> => {
  const run: Run = async (parameters) => {
    const outcome = await promisify(execFile)(tool, parameters).catch((error: unknown) => error);
    const { code, stdout = '', stderr = '' } = outcome as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 'ENOENT') throw new ToolMissing(tool);
    return stdout + stderr;
  };
  try {
    await check(run);
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    await context.annotate(`${tool} is not on PATH: nothing was checked`);
  }
};

class ToolMissing extends Error {}

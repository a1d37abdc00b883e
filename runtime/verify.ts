/**
 * `npm run verify -- FILE… [--json] [--trust ROOT.pem]`: checks sealed PDFs with nothing but the files, offline.
 * Exit codes: 0 intact; 1 altered; 2 not sealed or no PDF; 3 intact, but not under a root given with --trust; 64 wrong usage;
 * 66 a file cannot be read. With several files the highest counts.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { verificationSentences } from '#integrations/signing/verification/sentences.ts';
import { verifyPdf } from '#integrations/signing/verification/verify-pdf.ts';
import type { VerificationReport } from '#integrations/signing/verification/verify-pdf.ts';

const usage = 'Usage: npm run verify -- FILE… [--json] [--trust ROOT.pem]';

const run = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false }, trust: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new UsageError(usage);
  const trustedRoots = (await Promise.all(values.trust.map(readCertificates))).flat();
  let exitCode = 0;
  for (const path of positionals) {
    const report = await verifyPdf(await readGiven(path), { now: new Date(), trustedRoots });
    console.log(values.json ? JSON.stringify({ file: path, ...report }) : [path, ...indented(report)].join('\n'));
    exitCode = Math.max(exitCode, exitCodeOf(report, trustedRoots.length > 0));
  }
  return exitCode;
};

class UsageError extends Error {}
class UnreadableFile extends Error {}

const indented = (report: VerificationReport): string[] => verificationSentences(report).map((line) => `  ${line}`);

const exitCodeOf = (report: VerificationReport, trustAsked: boolean): number => {
  if (report.verdict === 'altered') return 1;
  if (report.verdict !== 'intact') return 2;
  return trustAsked && report.seals.some((seal) => seal.trust !== 'trusted') ? 3 : 0;
};

const readGiven = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UnreadableFile(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** PEM with any number of certificates, or one as DER. */
const readCertificates = async (path: string): Promise<Uint8Array[]> => {
  const bytes = await readGiven(path);
  const blocks = bytes.toString('latin1').matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  const certificates = [...blocks].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
  return certificates.length > 0 ? certificates : [bytes];
};

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UnreadableFile ? 66 : 64;
}

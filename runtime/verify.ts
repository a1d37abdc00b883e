/**
 * `npm run verify -- FILE… [--json] [--trust ROOT.pem] [--trust-timestamps ROOT.pem]`: checks sealed PDFs with nothing but the files,
 * offline. Exit codes: 0 intact; 1 altered; 2 not sealed or no PDF; 3 intact, but not under a root given with --trust, or without a
 * timestamp under one given with --trust-timestamps; 64 wrong usage; 66 a file cannot be read. With several files the highest counts.
 */
import { X509Certificate } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { verificationSentences } from '#integrations/signing/verification/sentences.ts';
import { verifyPdf } from '#integrations/signing/verification/verify-pdf.ts';
import type { VerificationReport } from '#integrations/signing/verification/verify-pdf.ts';

const usage = 'Usage: npm run verify -- FILE… [--json] [--trust ROOT.pem] [--trust-timestamps ROOT.pem]';

export type VerifyOptions = {
  /** One JSON object for each file, instead of sentences. */
  json: boolean;
  /** Files with root certificates that a seal must lead to. */
  trust: readonly string[];
  /** The same of the timestamp authorities whose word on the time counts. */
  trustTimestamps: readonly string[];
  /** Where a file is that was named like this. */
  pathOf: (named: string) => string;
};

/** Says on stdout what each file is. @returns the exit code */
export async function verifyFiles(files: readonly string[], options: VerifyOptions): Promise<number> {
  try {
    const rootsIn = async (paths: readonly string[]) =>
      (await Promise.all(paths.map((path) => readCertificates(options.pathOf(path))))).flat();
    const trusted = {
      trustedRoots: await rootsIn(options.trust),
      timestampRoots: await rootsIn(options.trustTimestamps),
    };
    let exitCode = 0;
    for (const file of files) {
      const report = await verifyPdf(await readGiven(options.pathOf(file)), { now: new Date(), ...trusted });
      console.log(options.json ? JSON.stringify({ file, ...report }) : [file, ...indented(report)].join('\n'));
      exitCode = Math.max(exitCode, exitCodeOf(report, options));
    }
    return exitCode;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof UnreadableFile ? 66 : 64;
  }
}

class UnreadableFile extends Error {}

const indented = (report: VerificationReport): string[] => verificationSentences(report).map((line) => `  ${line}`);

const exitCodeOf = (report: VerificationReport, asked: VerifyOptions): number => {
  if (report.verdict === 'altered') return 1;
  if (report.verdict !== 'intact') return 2;
  const fallsShort = report.seals.some(
    ({ trust, timestamp }) =>
      (asked.trust.length > 0 && trust !== 'trusted') || (asked.trustTimestamps.length > 0 && !timestamp?.independent),
  );
  return fallsShort ? 3 : 0;
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
  try {
    return (certificates.length > 0 ? certificates : [bytes]).map((der) => new X509Certificate(der).raw);
  } catch {
    throw new UnreadableFile(`${path} cannot be read: it holds no certificate, as PEM or DER`);
  }
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      trust: { type: 'string', multiple: true, default: [] },
      'trust-timestamps': { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new Error(usage);
  return verifyFiles(positionals, {
    ...values,
    trustTimestamps: values['trust-timestamps'],
    pathOf: (path) => path,
  });
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return 64;
  });
}

import { X509Certificate } from 'node:crypto';
import type { PdfReport } from '#api/parts.ts';
import { verificationSentences } from '#integrations/signing/verification/sentences.ts';
import type { SealReport } from '#integrations/signing/verification/verify-pdf.ts';

/** A file's verification as the API tells it. */
export async function pdfReport(
  file: Uint8Array,
  roots: { sealPem: readonly string[]; timestamps: readonly Uint8Array[] },
): Promise<PdfReport> {
  // Loaded at the first question: what reads PDFs has 20 MB.
  const { verifyPdf } = await import('#integrations/signing/verification/verify-pdf.ts');
  const trustedRoots = roots.sealPem.map((pem) => new X509Certificate(pem).raw);
  const report = await verifyPdf(file, {
    now: new Date(),
    trustedRoots,
    timestampRoots: roots.timestamps,
  });
  const { verdict, sha256, seals, agreement } = report;
  return {
    verdict,
    sha256,
    seals: seals.map(presentSeal),
    agreement: agreement && {
      documentId: agreement.documentId,
      sha256: agreement.sha256,
      matches: agreement.matches,
      templateName: agreement.templateName,
      templateVersion: agreement.templateVersion,
      signerName: agreement.signerName,
      signerEmail: agreement.signerEmail,
      signedAt: new Date(agreement.signedAt).toISOString(),
    },
    sentences: verificationSentences(report),
  };
}

function presentSeal({
  intact,
  reason,
  coversWholeFile,
  certificate,
  trust,
  timestamp,
}: SealReport): PdfReport['seals'][number] {
  return {
    intact,
    reason,
    coversWholeFile,
    sealedBy: certificate?.subject ?? null,
    certificateSha256: certificate?.sha256 ?? null,
    trust,
    timestamp: timestamp && { ...timestamp, at: timestamp.at.toISOString() },
  };
}

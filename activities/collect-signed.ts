import { signedDocumentStored, type StoredDocument } from '#db/changes/agreement.ts';
import { findBooking, type BookingRow } from '#db/queries/bookings.ts';
import { documentOf } from '#db/queries/documents.ts';
import { envelopeOf, type EnvelopeRow } from '#db/queries/envelopes.ts';
import { vaultContext } from './create-agreement.ts';
import { derivedId, inRound } from './derived-id.ts';
import type { Parts } from './parts.ts';

/** Fetches the signed document with its evidence from the provider, and stores it. */
export async function collectSigned(parts: Parts, bookingId: string): Promise<void> {
  const booking = await findBooking(parts.database, bookingId);
  if (booking?.ndaStatus !== 'signed') return;
  const envelope = await envelopeOf(parts.database, bookingId);
  const agreement = await documentOf(parts.database, bookingId, 'agreement');
  if (!envelope || !agreement) throw new Error(`Booking ${bookingId} is signed, but has no envelope or agreement.`);
  const completed = await parts.signing.fetchCompleted(envelope.providerEnvelopeId);
  const store = (kind: 'signed' | 'certificate', pdf: Uint8Array) =>
    storePdf(parts, booking, { kind, title: agreement.title, pdf });
  const signed = await store('signed', completed.signedPdf);
  const certificate = completed.certificatePdf ? await store('certificate', completed.certificatePdf) : null;
  const areKept = await signedDocumentStored(parts.database, bookingId, {
    envelopeId: envelope.id,
    signed,
    certificate,
  });
  if (areKept) tellTime(parts, booking, envelope);
  else for (const unused of [signed, certificate]) if (unused) await parts.vault.discard(unused);
}

/** Of a signature that came in time: one that was begun anew for a moved meeting says nothing of its guest's pace. */
function tellTime({ meter }: Parts, { heldAt, ndaRound }: BookingRow, { signedAt }: EnvelopeRow): void {
  if (heldAt && signedAt && ndaRound === 0) meter.signed((signedAt.getTime() - heldAt.getTime()) / 1000);
}

async function storePdf(
  parts: Parts,
  booking: BookingRow,
  document: { kind: 'signed' | 'certificate'; title: string; pdf: Uint8Array },
): Promise<StoredDocument> {
  const id = derivedId(inRound(document.kind, booking.ndaRound), booking.id);
  const stored = await parts.vault.save(document.pdf, vaultContext(booking.organizationId, id));
  return {
    ...stored,
    id,
    title: document.title,
    mediaType: 'application/pdf',
    templateVersionId: booking.ndaTemplateVersionId,
    valuesCipher: null,
    htmlCipher: null,
  };
}

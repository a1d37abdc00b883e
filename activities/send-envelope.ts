import { envelopeSent } from '#db/changes/agreement.ts';
import { readBookingContext } from '#db/queries/booking-context.ts';
import { documentOf } from '#db/queries/documents.ts';
import { envelopeAsked } from '#db/queries/envelopes.ts';
import { sealSigner } from '#db/signer.ts';
import { awaitsSignature } from '#domain/booking/moves.ts';
import { vaultContext } from './create-agreement.ts';
import { derivedId, inRound } from './derived-id.ts';
import type { Parts } from './parts.ts';

/**
 * Puts the agreement before its signer at the provider. @param isRepeat an earlier try may have left an envelope there without anybody
 * writing it down: then it is found again (or made) even for a booking that has ended, so that it is on record and can be voided.
 */
export async function sendEnvelope(parts: Parts, bookingId: string, isRepeat = false): Promise<void> {
  const { booking, guest, organization, host } = await readBookingContext(parts.database, parts.cipher, bookingId);
  if (booking.ndaStatus !== 'created' || (!awaitsSignature(booking) && !isRepeat)) return;
  const document = await documentOf(parts.database, bookingId, 'agreement');
  if (!document) throw new Error(`Booking ${bookingId} has an agreement on record, but no document.`);
  const pdf = await parts.vault.read(document, vaultContext(booking.organizationId, document.id));
  const signer = { name: guest.name, email: guest.email };
  const envelopeId = derivedId(inRound('envelope', document.round), bookingId);
  if (parts.signing.findEnvelopes) await envelopeAsked(parts.database, document.id);
  const { providerEnvelopeId } = await parts.signing.createEnvelope({
    envelopeId,
    document: { documentId: document.id, title: document.title, pdf, sha256: document.sha256 },
    signer,
    emailSubject: `${document.title}: ${host.displayName}, ${organization.name}`,
    expiresAt: booking.moveExpiresAt ?? booking.holdExpiresAt ?? booking.startsAt,
  });
  await envelopeSent(parts.database, bookingId, {
    round: document.round,
    envelopeId,
    documentId: document.id,
    provider: parts.signing.name,
    providerEnvelopeId,
    signerCipher: sealSigner(parts.cipher, signer, 'envelope.signer'),
  });
}

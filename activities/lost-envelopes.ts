import { envelopeSent } from '#db/changes/agreement.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { forgetEnvelopeAsked, takeEnvelopesAskedFor, type EnvelopeAskedFor } from '#db/queries/envelopes.ts';
import { awaitsSignature } from '#domain/booking/moves.ts';
import { derivedId, inRound } from './derived-id.ts';
import type { Parts } from './parts.ts';

/** By then no try to make the envelope is under way any more: it is given up after a minute. */
const settledAfterMinutes = 5;

/**
 * A worker that dies after the provider has made an envelope, and before that is written down, is followed by another try, which finds it. When
 * the booking or its move ended first, there is no other try: then the envelope is found here, by our id, written down, and voided by the
 * booking's workflow like any other that nobody needs. One call asks about all of them.
 */
export async function recoverLostEnvelopes(parts: Parts): Promise<void> {
  const { database, signing, log } = parts;
  if (!signing.findEnvelopes) return;
  const asked = await takeEnvelopesAskedFor(database, settledAfterMinutes);
  const left: (EnvelopeAskedFor & { envelopeId: string })[] = [];
  for (const document of asked) {
    const booking = await findBooking(database, document.bookingId);
    const isTriedAgain = booking && awaitsSignature(booking) && booking.ndaStatus === 'created';
    if (!isTriedAgain || booking.ndaRound !== document.round)
      left.push({ ...document, envelopeId: derivedId(inRound('envelope', document.round), document.bookingId) });
  }
  if (left.length === 0) return;
  const found = await signing.findEnvelopes(left.map(({ envelopeId }) => envelopeId));
  for (const { documentId, bookingId, round, envelopeId } of left) {
    const providerEnvelopeId = found.get(envelopeId);
    if (providerEnvelopeId !== undefined) {
      const provider = signing.name;
      await envelopeSent(database, bookingId, {
        ...{ round, envelopeId, documentId, provider, providerEnvelopeId },
        signerCipher: null,
      });
      log.warn({ bookingId, envelopeId }, 'an envelope that nobody had written down was found at the provider');
      await parts.nudge(bookingId);
    }
    await forgetEnvelopeAsked(database, documentId);
  }
}

import { envelopeEnded } from '#db/changes/agreement.ts';
import { signedAtProvider } from '#db/changes/sign.ts';
import { openEnvelopeOf } from '#db/queries/envelopes.ts';
import type { Parts } from './parts.ts';

/** Takes the document away from its signer. One that was signed a moment before counts as signed: late, and maybe still in time for the slot. */
export async function voidEnvelope(parts: Parts, bookingId: string): Promise<void> {
  const envelope = await openEnvelopeOf(parts.database, bookingId);
  if (!envelope) return;
  const { providerEnvelopeId } = envelope;
  const outcome = await parts.signing.voidEnvelope({
    providerEnvelopeId,
    reason: 'The time this agreement was for is not held any more.',
  });
  if (outcome === 'completed') await signedAtProvider(parts.database, envelope, parts.clock.now());
  else await envelopeEnded(parts.database, bookingId, outcome);
}

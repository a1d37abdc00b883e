import { sql } from 'slonik';
import { awaitsSignature, isMoving, maySign } from '#domain/booking/moves.ts';
import { isSigned } from '#domain/booking/states.ts';
import { signatureIsLate } from '#domain/booking/transitions.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Database, Transaction } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import { lockBooking, readGuest, type BookingRow } from '../queries/bookings.ts';
import { setClaimExpiry } from '../queries/claims.ts';
import { endEnvelope, isSignedEnvelope, openEnvelopeOf, type EnvelopeRow } from '../queries/envelopes.ts';
import type { FactInput } from '../queries/outbox.ts';
import { ceremonyReadiness, completeCeremony, type CeremonyCompletion } from '../queries/ceremonies.ts';
import { sealSigner } from '../signer.ts';
import { declineLocked } from './decline.ts';
import { releaseClaim } from './expire.ts';
import { supersedeMails } from './mail.ts';
import { endMove } from './move.ts';
import { record } from './record.ts';

export type SignOutcome = { outcome: 'signed'; signedAt: Date; late: boolean } | { outcome: 'refused'; code: Refusal };
type Refusal = 'signing_not_open' | 'signing_closed' | 'already_signed' | 'document_changed' | 'code_required';

/**
 * The guest's act of signing in the built-in ceremony: mark, consent and circumstances are stored with the state, in one transaction. From
 * here on the booking will be confirmed, whatever crashes (promise 3): the claim no longer runs out.
 */
export async function signInCeremony(
  database: Database,
  cipher: PersonalCipher,
  bookingId: string,
  completion: CeremonyCompletion,
  actor: Actor,
): Promise<SignOutcome> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (isSigned(booking.ndaStatus)) return { outcome: 'refused', code: 'already_signed' };
    const envelope = await openEnvelopeOf(tx, bookingId);
    if (!envelope)
      return { outcome: 'refused', code: booking.ndaStatus === 'voided' ? 'signing_closed' : 'signing_not_open' };
    if (!maySign(booking)) return { outcome: 'refused', code: 'signing_not_open' };
    // The caller has compared before the lock: by now the booking may be about to move elsewhere, with another agreement, or a corrected address
    // have made the code one of somebody else.
    const ready = await ceremonyReadiness(tx, envelope.id);
    if (ready?.documentSha256 !== completion.documentSha256) return { outcome: 'refused', code: 'document_changed' };
    if (completion.isCodeRequired && !ready.isCodeVerified) return { outcome: 'refused', code: 'code_required' };
    // Read under the lock: a correction that comes a moment later is about the mails to come, not about who signed.
    const signerCipher = sealSigner(cipher, await readGuest(tx, cipher, bookingId), 'ceremony.signer');
    await completeCeremony(tx, envelope.id, { ...completion, signerCipher }, now);
    const late = await signedLocked(tx, booking, envelope, { now, signedAt: now, actor });
    return { outcome: 'signed', signedAt: now, late };
  });
}

/** A provider says that its envelope was signed. A repeat changes nothing, also while another envelope of the booking is out. */
export async function signedAtProvider(database: Database, envelope: EnvelopeRow, signedAt: Date): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, envelope.bookingId);
    if (await isSignedEnvelope(tx, envelope.id)) return;
    const isOpen = (await openEnvelopeOf(tx, booking.id))?.id === envelope.id;
    // Signed, yet open: the envelope of a move that ended a moment before. Its document is kept, the meeting stays.
    if (isSigned(booking.ndaStatus) && !isOpen) return;
    // Of an earlier move: nobody waits for it any more.
    if (isMoving(booking) && !(isOpen && booking.ndaStatus === 'sent')) {
      await endEnvelope(tx, envelope.id, 'voided', now);
      return;
    }
    await signedLocked(tx, booking, envelope, {
      now,
      signedAt,
      actor: { type: 'provider', id: envelope.provider, ip: null },
    });
  });
}

/** A provider says that the signer declined: of an envelope that is not waited for any more it says nothing about the booking. */
export async function declinedAtProvider(
  database: Database,
  envelope: EnvelopeRow,
  reason: Buffer | null,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, envelope.bookingId);
    if (await isAwaited(tx, booking, envelope))
      await declineLocked(tx, booking, {
        actor: { type: 'provider', id: envelope.provider, ip: null },
        reason,
        at: now,
      });
    else await endEnvelope(tx, envelope.id, 'declined', now);
  });
}

/** A booking has an envelope for each time that it was to be signed for; news of an earlier one may come at any moment. */
async function isAwaited(tx: Transaction, booking: BookingRow, envelope: EnvelopeRow): Promise<boolean> {
  return booking.ndaStatus === 'sent' && (await openEnvelopeOf(tx, booking.id))?.id === envelope.id;
}

/** What a provider says of an envelope, by webhook or because it was asked. */
export type ProviderNews = {
  type: 'delivered' | 'completed' | 'declined' | 'voided';
  occurredAt: Date;
  /** The signer's or the provider's words. */
  reason: string | null;
};

/** Writes what news from a provider mean. The same news again, by whichever way, changes nothing. */
export async function applyProviderNews(
  database: Database,
  cipher: PersonalCipher,
  envelope: EnvelopeRow,
  { type, occurredAt, reason }: ProviderNews,
): Promise<void> {
  const sealed = reason === null ? null : cipher.seal(reason, 'change_request.reason');
  if (type === 'completed') await signedAtProvider(database, envelope, occurredAt);
  if (type === 'declined') await declinedAtProvider(database, envelope, sealed);
  if (type === 'voided') await voidedAtProvider(database, envelope, sealed);
}

/** Somebody voided the envelope at the provider, or it ran out there: nobody can sign it any more, so its slot is let go. */
async function voidedAtProvider(database: Database, envelope: EnvelopeRow, reason: Buffer | null): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, envelope.bookingId);
    const wasAwaited = await isAwaited(tx, booking, envelope);
    if (!(await endEnvelope(tx, envelope.id, 'voided', now))) return;
    const actor: Actor = { type: 'provider', id: envelope.provider, ip: null };
    const voided: FactInput = { type: 'nda.voided', data: { envelopeId: envelope.id } };
    const detail = { envelopeId: envelope.id };
    if (isMoving(booking) && wasAwaited)
      return endMove(tx, booking, { why: 'released', actor, at: now, facts: [voided], detail });
    const ndaStatus = wasAwaited ? 'voided' : booking.ndaStatus;
    if (booking.status !== 'held') {
      await record(tx, booking, {
        at: now,
        actor,
        action: 'nda.voided',
        detail,
        state: { ndaStatus },
        facts: [voided],
      });
      return;
    }
    const released = await releaseClaim(tx, booking, 'released');
    const ended: BookingRow = {
      ...booking,
      status: 'released',
      ndaStatus: 'voided',
      sequence: booking.sequence + 1,
    };
    const overtaken = await supersedeMails(tx, ended, now);
    await record(tx, booking, {
      at: now,
      actor,
      action: 'nda.voided',
      detail,
      state: { status: 'released', ndaStatus, endedAt: now, reason, sequence: ended.sequence },
      facts: [...released, voided, ...overtaken],
      mails: { kind: 'booking_canceled', recipients: ['guest', 'host'], sequence: ended.sequence },
    });
  });
}

async function signedLocked(
  tx: Transaction,
  booking: BookingRow,
  envelope: EnvelopeRow,
  signing: { now: Date; signedAt: Date; actor: Actor },
): Promise<boolean> {
  const late = signatureIsLate(booking, signing.now);
  await tx.query(sql.unsafe`
    update envelope set status = 'completed', signed_at = ${signing.signedAt.toISOString()}, ended_at = ${signing.now.toISOString()}
    where id = ${envelope.id}`);
  if (awaitsSignature(booking)) await setClaimExpiry(tx, booking.id, null);
  const overtaken = await supersedeMails(tx, { ...booking, ndaStatus: 'signed' }, signing.now);
  await record(tx, booking, {
    at: signing.now,
    actor: signing.actor,
    action: 'nda.signed',
    detail: { envelopeId: envelope.id, late },
    state: { ndaStatus: 'signed' },
    facts: [
      { type: 'nda.signed', data: { envelopeId: envelope.id, signedAt: signing.signedAt.toISOString(), late } },
      ...overtaken,
    ],
  });
  return late;
}

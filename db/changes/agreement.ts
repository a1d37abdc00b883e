import { sql } from 'slonik';
import { awaitsSignature, isMoving } from '#domain/booking/moves.ts';
import type { Database, Transaction } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import { insertDocument, type DocumentRow } from '../queries/documents.ts';
import { forgetEnvelopeAsked, insertEnvelope, openEnvelopeOf } from '../queries/envelopes.ts';
import { setClaimExpiry } from '../queries/claims.ts';
import { requestMessages } from '../queries/messages.ts';
import type { FactInput } from '../queries/outbox.ts';
import { askToSignMove } from './move.ts';
import { record, setState } from './record.ts';

export type StoredDocument = Omit<
  DocumentRow,
  'createdAt' | 'removedAt' | 'bookingId' | 'organizationId' | 'kind' | 'round'
>;

/**
 * The agreement's PDF is stored: from now on this text, and no other, is what is signed.
 * @returns whether it was this one; false: another run was first, or the booking has ended meanwhile, and the caller's bytes are nobody's.
 */
export async function agreementCreated(
  database: Database,
  bookingId: string,
  document: StoredDocument & { round: number },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (!awaitsSignature(booking) || booking.ndaStatus !== 'pending') return false;
    if (document.round !== booking.ndaRound) return false;
    const { id, isNew } = await insertDocument(tx, {
      ...document,
      organizationId: booking.organizationId,
      bookingId,
      kind: 'agreement',
    });
    const { sha256, templateVersionId } = document;
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'nda.created',
      detail: { documentId: id, sha256, templateVersionId },
      state: { ndaStatus: 'created' },
      facts: [{ type: 'nda.created', data: { documentId: id, sha256, templateVersionId: templateVersionId ?? '' } }],
    });
    return isNew;
  });
}

type Sent = {
  /** Which of the booking's NDAs it is for. */
  round: number;
  envelopeId: string;
  documentId: string;
  provider: string;
  providerEnvelopeId: string;
  signerCipher: Buffer | null;
};

/**
 * The envelope is at the provider: the guest can sign. A hold that was suspended while this step failed starts anew. When the booking has
 * ended, or its move was given up, meanwhile, the envelope is on record all the same: what is not on record nobody would void.
 */
export async function envelopeSent(database: Database, bookingId: string, sent: Sent): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    await forgetEnvelopeAsked(tx, sent.documentId);
    const isWanted = booking.ndaStatus === 'created' && sent.round === booking.ndaRound;
    if (!isWanted && booking.ndaRound === 0) return;
    const expiresAt = booking.moveExpiresAt ?? booking.holdExpiresAt ?? minutesAfter(now, booking.holdMinutes);
    const isNew = await insertEnvelope(tx, {
      id: sent.envelopeId,
      organizationId: booking.organizationId,
      bookingId,
      documentId: sent.documentId,
      provider: sent.provider,
      providerEnvelopeId: sent.providerEnvelopeId,
      signerCipher: sent.signerCipher,
      expiresAt,
    });
    if (!isNew) return;
    if (booking.status === 'held') await runHold(tx, booking, expiresAt);
    const mails = isWanted ? await askToSign(tx, booking) : [];
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'nda.sent',
      detail: { envelopeId: sent.envelopeId, provider: sent.provider, expiresAt },
      state: { ndaStatus: isWanted ? 'sent' : booking.ndaStatus },
      facts: [
        {
          type: 'nda.sent',
          data: { envelopeId: sent.envelopeId, provider: sent.provider, expiresAt: expiresAt.toISOString() },
        },
        ...mails,
      ],
    });
  });
}

/** A hold whose clock stood still runs again. */
async function runHold(tx: Transaction, booking: BookingRow, expiresAt: Date): Promise<void> {
  if (booking.holdExpiresAt) return;
  await setClaimExpiry(tx, booking.id, expiresAt);
  await setState(tx, booking.id, { holdExpiresAt: expiresAt });
}

/** The mail that asks for the signature, while there is a time to sign for. */
async function askToSign(tx: Transaction, booking: BookingRow): Promise<FactInput[]> {
  if (isMoving(booking)) return askToSignMove(tx, booking);
  if (booking.status !== 'held') return [];
  return requestMessages(tx, { ...booking, bookingId: booking.id, kind: 'hold_placed', recipients: ['guest'] });
}

const minutesAfter = (instant: Date, minutes: number): Date => new Date(instant.getTime() + minutes * 60_000);

/** The provider voided the envelope (or the signer had declined it): nobody can sign it any more. */
export async function envelopeEnded(database: Database, bookingId: string, as: 'voided' | 'declined'): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const envelope = await openEnvelopeOf(tx, bookingId);
    if (!envelope) return;
    await tx.query(
      sql.unsafe`update envelope set status = ${as}, ended_at = ${now.toISOString()} where id = ${envelope.id}`,
    );
    await record(tx, booking, {
      at: now,
      actor: system,
      action: `nda.${as}`,
      detail: { envelopeId: envelope.id },
      // After a move that came to nothing, the NDA of the time that stays is signed as before.
      state: { ndaStatus: booking.ndaStatus === 'sent' ? as : booking.ndaStatus },
      facts: [{ type: `nda.${as}`, data: { envelopeId: envelope.id } }],
    });
  });
}

/** The signed document and its evidence are stored: the signature gate is closed. @returns as `agreementCreated`. */
export async function signedDocumentStored(
  database: Database,
  bookingId: string,
  stored: { envelopeId: string; signed: StoredDocument; certificate: StoredDocument | null },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.ndaStatus !== 'signed') return false;
    const about = { organizationId: booking.organizationId, bookingId, round: booking.ndaRound };
    const { id } = await insertDocument(tx, { ...stored.signed, ...about, kind: 'signed' });
    if (stored.certificate) await insertDocument(tx, { ...stored.certificate, ...about, kind: 'certificate' });
    const { sha256 } = stored.signed;
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'nda.completed',
      detail: { envelopeId: stored.envelopeId, documentId: id, sha256 },
      state: { ndaStatus: 'completed' },
      facts: [{ type: 'nda.completed', data: { envelopeId: stored.envelopeId, documentId: id, sha256 } }],
    });
    return true;
  });
}

/** Somebody read a document: each access is on record. */
export async function documentRead(
  database: Database,
  bookingId: string,
  documentId: string,
  actor: Actor,
  by: 'download' | 'link' | 'export' = 'download',
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    await record(tx, booking, { at: now, actor, action: 'document.read', detail: { documentId, by }, facts: [] });
  });
}

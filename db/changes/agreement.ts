import { sql } from 'slonik';
import type { Database } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { insertDocument, type DocumentRow } from '../queries/documents.ts';
import { insertEnvelope, openEnvelopeOf } from '../queries/envelopes.ts';
import { setClaimExpiry } from '../queries/claims.ts';
import { requestMessages } from '../queries/messages.ts';
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
  document: StoredDocument,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status !== 'held' || booking.ndaStatus !== 'pending') return false;
    const { id, isNew } = await insertDocument(tx, {
      ...document,
      organizationId: booking.organizationId,
      bookingId,
      kind: 'agreement',
      round: booking.ndaRound,
    });
    await setState(tx, bookingId, { ndaStatus: 'created' });
    const { sha256, templateVersionId } = document;
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'nda.created',
      detail: { documentId: id, sha256, templateVersionId },
      facts: [{ type: 'nda.created', data: { documentId: id, sha256, templateVersionId: templateVersionId ?? '' } }],
    });
    return isNew;
  });
}

type Sent = {
  envelopeId: string;
  documentId: string;
  provider: string;
  providerEnvelopeId: string;
  signerCipher: Buffer | null;
};

/**
 * The envelope is at the provider: the guest can sign. A hold that was suspended while this step failed starts anew. When the booking has
 * ended meanwhile the envelope is on record all the same: what is not on record nobody would void.
 */
export async function envelopeSent(database: Database, bookingId: string, sent: Sent): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.ndaStatus !== 'created') return;
    const isHeld = booking.status === 'held';
    const expiresAt = booking.holdExpiresAt ?? new Date(now.getTime() + booking.holdMinutes * 60_000);
    if (isHeld && !booking.holdExpiresAt) await setClaimExpiry(tx, bookingId, expiresAt);
    await insertEnvelope(tx, {
      id: sent.envelopeId,
      organizationId: booking.organizationId,
      bookingId,
      documentId: sent.documentId,
      provider: sent.provider,
      providerEnvelopeId: sent.providerEnvelopeId,
      signerCipher: sent.signerCipher,
      expiresAt,
    });
    await setState(tx, bookingId, { ndaStatus: 'sent', ...(isHeld && { holdExpiresAt: expiresAt }) });
    const mails = isHeld
      ? await requestMessages(tx, { ...booking, bookingId, kind: 'hold_placed', recipients: ['guest'] })
      : [];
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'nda.sent',
      detail: { envelopeId: sent.envelopeId, provider: sent.provider, expiresAt },
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

/** The provider voided the envelope (or the signer had declined it): nobody can sign it any more. */
export async function envelopeEnded(database: Database, bookingId: string, as: 'voided' | 'declined'): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const envelope = await openEnvelopeOf(tx, bookingId);
    if (!envelope) return;
    await tx.query(
      sql.unsafe`update envelope set status = ${as}, ended_at = ${now.toISOString()} where id = ${envelope.id}`,
    );
    await setState(tx, bookingId, { ndaStatus: as });
    await record(tx, booking, {
      at: now,
      actor: system,
      action: `nda.${as}`,
      detail: { envelopeId: envelope.id },
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
    await setState(tx, bookingId, { ndaStatus: 'completed' });
    const { sha256 } = stored.signed;
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'nda.completed',
      detail: { envelopeId: stored.envelopeId, documentId: id, sha256 },
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

import { sql } from 'slonik';
import { erasureOf, type ErasureDecision } from '#domain/privacy/erasure.ts';
import type { PersonalCipher } from '../personal.ts';
import { sha256 } from '../personal.ts';
import type { Database, Transaction } from '../pool.ts';
import { appendAudit, system, type Actor } from '../queries/audit.ts';
import { lockBooking, readGuest, type BookingRow } from '../queries/bookings.ts';
import { privacyFactsOf, type PrivacyFacts } from '../queries/guest-data.ts';
import { removeDocuments } from '../queries/object-deletions.ts';
import { isPurgeDue } from '../queries/retention.ts';
import { forgetAnswersAbout, forgetLettersAbout } from './forget.ts';

export type Erasure = {
  because: 'retention' | 'request';
  /** The signed document and its certificate stay until the policy removes them. */
  keepSigned: boolean;
  actor: Actor;
  now: Date;
};

/**
 * Empties a booking under the organization's policy, if it still is due. Keys and names go in this one transaction; the objects, which
 * nobody can read from then on, are deleted after it.
 * @returns how many documents went, or null when there was nothing to do.
 */
export async function purgeIfDue(
  database: Database,
  cipher: PersonalCipher,
  bookingId: string,
): Promise<{ documents: number } | null> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (!(await isPurgeDue(tx, bookingId))) return null;
    return eraseBooking(tx, cipher, booking, { because: 'retention', keepSigned: false, actor: system, now });
  });
}

/** What a guest asks for (or what was erased before, and came back with a backup): decided and done under the booking's lock. */
export async function eraseAsAsked(
  database: Database,
  cipher: PersonalCipher,
  bookingId: string,
  actor: Actor,
): Promise<{ facts: PrivacyFacts; decision: ErasureDecision }> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const facts = await privacyFactsOf(tx, bookingId);
    if (!facts) throw new Error(`Booking ${bookingId} is locked, but not there.`);
    const decision = erasureOf(facts);
    const keepSigned = decision.outcome === 'partly';
    if (decision.outcome !== 'kept')
      await eraseBooking(tx, cipher, booking, { because: 'request', keepSigned, actor, now });
    return { facts, decision };
  });
}

/** Takes whatever is personal out of a locked booking. What stays is when it was, what became of it, and the audit trail. */
export async function eraseBooking(
  tx: Transaction,
  cipher: PersonalCipher,
  booking: BookingRow,
  erasure: Erasure,
): Promise<{ documents: number }> {
  const guest = await readGuest(tx, cipher, booking.id);
  await forgetAnswersAbout(tx, cipher, booking);
  await forgetLettersAbout(tx, cipher, booking, [guest.name, guest.email]);
  const documents = await removeDocuments(
    tx,
    booking.id,
    erasure.keepSigned ? ['agreement'] : ['agreement', 'signed', 'certificate'],
  );
  await emptyWhatBelongsTo(tx, booking.id);
  await emptyBooking(tx, booking.id, !erasure.keepSigned);
  await appendAudit(tx, {
    organizationId: booking.organizationId,
    at: erasure.now,
    actor: erasure.actor,
    action: 'booking.erased',
    bookingId: booking.id,
    detail: { because: erasure.because, documents, signedDocumentKept: erasure.keepSigned },
  });
  return { documents };
}

/** The secret link leads nowhere from now on: its hash is another's that nobody has. */
async function emptyBooking(tx: Transaction, bookingId: string, isPurged: boolean): Promise<void> {
  const nobodys = sha256(crypto.getRandomValues(new Uint8Array(32)));
  await tx.query(sql.unsafe`
    update booking set guest_name_cipher = null, guest_email_cipher = null, guest_note_cipher = null, answers_cipher = null,
      ended_reason_cipher = null, guest_search = '{}', search_key_id = null, guest_time_zone = 'UTC', guest_locale = 'en', attention = null,
      attention_since = null, address_trouble = null, address_trouble_since = null, guest_token_sha256 = ${sql.binary(nobodys)}, erased_at = coalesce(erased_at, clock_timestamp()),
      purged_at = case when ${isPurged} then clock_timestamp() else purged_at end
    where id = ${bookingId}`);
  await tx.query(sql.unsafe`delete from guest_link where booking_id = ${bookingId}`);
}

async function emptyWhatBelongsTo(tx: Transaction, bookingId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update ceremony set mark_cipher = null, signer_cipher = null, code_sha256 = null, ip = null, user_agent = null where booking_id = ${bookingId}`);
  await tx.query(sql.unsafe`
    update ceremony_event set ip = null, user_agent = null
    where envelope_id in (select envelope_id from ceremony where booking_id = ${bookingId})`);
  await tx.query(
    sql.unsafe`update envelope set decline_reason_cipher = null, signer_cipher = null where booking_id = ${bookingId}`,
  );
  await tx.query(sql.unsafe`
    update change_request set reason_cipher = null, ip = case when actor_type = 'guest' then null else ip end
    where booking_id = ${bookingId}`);
  // A mail that has not left has nobody to go to any more.
  await tx.query(sql.unsafe`
    update message set payload_cipher = null, failure = null, provider_message_id = null,
      status = case when status = 'requested' then 'failed' else status end
    where booking_id = ${bookingId}`);
  await tx.query(sql.unsafe`update webhook_receipt set detail_cipher = null where booking_id = ${bookingId}`);
  await tx.query(sql.unsafe`update legal_hold set reason_cipher = '' where booking_id = ${bookingId}`);
}

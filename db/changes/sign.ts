import { sql } from 'slonik';
import { isSigned } from '#domain/booking/states.ts';
import { signatureIsLate } from '#domain/booking/transitions.ts';
import type { Database, Transaction } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import { setClaimExpiry } from '../queries/claims.ts';
import { openEnvelopeOf, type EnvelopeRow } from '../queries/envelopes.ts';
import { completeCeremony, type CeremonyCompletion } from '../queries/ceremonies.ts';
import { declineLocked } from './decline.ts';
import { supersedeMails } from './mail.ts';
import { record, setState } from './record.ts';

export type SignOutcome =
  | { outcome: 'signed'; signedAt: Date; late: boolean }
  | { outcome: 'refused'; code: 'signing_not_open' | 'signing_closed' | 'already_signed' };

/**
 * The guest's act of signing in the built-in ceremony: mark, consent and circumstances are stored with the state, in one transaction. From
 * here on the booking will be confirmed, whatever crashes (promise 3): the claim no longer runs out.
 */
export async function signInCeremony(
  database: Database,
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
    if (booking.status !== 'held' && booking.status !== 'expired')
      return { outcome: 'refused', code: 'signing_not_open' };
    await completeCeremony(tx, envelope.id, completion, now);
    const late = await signedLocked(tx, booking, envelope, { now, signedAt: now, actor });
    return { outcome: 'signed', signedAt: now, late };
  });
}

/** A provider says that its envelope was signed. A repeat changes nothing. */
export async function signedAtProvider(database: Database, envelope: EnvelopeRow, signedAt: Date): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, envelope.bookingId);
    if (isSigned(booking.ndaStatus)) return;
    await signedLocked(tx, booking, envelope, {
      now,
      signedAt,
      actor: { type: 'provider', id: envelope.provider, ip: null },
    });
  });
}

/** A provider says that the signer declined. */
export async function declinedAtProvider(
  database: Database,
  envelope: EnvelopeRow,
  reason: Buffer | null,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, envelope.bookingId);
    await declineLocked(tx, booking, { actor: { type: 'provider', id: envelope.provider, ip: null }, reason, at: now });
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
  await setState(tx, booking.id, { ndaStatus: 'signed' });
  if (booking.status === 'held') await setClaimExpiry(tx, booking.id, null);
  const overtaken = await supersedeMails(tx, { ...booking, ndaStatus: 'signed' }, signing.now);
  await record(tx, booking, {
    at: signing.now,
    actor: signing.actor,
    action: 'nda.signed',
    detail: { envelopeId: envelope.id, late },
    facts: [
      { type: 'nda.signed', data: { envelopeId: envelope.id, signedAt: signing.signedAt.toISOString(), late } },
      ...overtaken,
    ],
  });
  return late;
}

import { isMoving } from '#domain/booking/moves.ts';
import type { Database, Transaction } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBookingOfHost, type BookingRow } from '../queries/bookings.ts';
import { insertClaim, occupied, setClaimExpiry } from '../queries/claims.ts';
import { confirmedFact, takeOverOverdue } from './hold.ts';
import { supersedeMails } from './mail.ts';
import { record } from './record.ts';
import { moveAsSigned } from './reschedule.ts';
import { slotHeld } from './slot-facts.ts';

/**
 * Every gate is closed: the booking is confirmed. A hold that ran out before its signature came gets its time back if it is still free;
 * if not, the booking is displaced: signed, and waiting for another time (promise 3). One that was to be signed anew for another time moves.
 */
export async function confirmBooking(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const locked = await lockBookingOfHost(tx, bookingId);
    if (!locked) throw new Error(`There is no booking ${bookingId} to confirm.`);
    const { booking, now } = locked;
    if (booking.ndaStatus !== 'completed') return;
    if (booking.status === 'held') {
      await setClaimExpiry(tx, booking.id, null);
      await confirm(tx, booking, now, false);
    } else if (booking.status === 'expired') {
      await confirmLate(tx, booking, now);
    } else if (isMoving(booking)) {
      await moveAsSigned(tx, booking, now);
    }
  });
}

async function confirmLate(tx: Transaction, booking: BookingRow, now: Date): Promise<void> {
  const during = occupied(booking);
  await takeOverOverdue(tx, booking, during);
  const isFree = now < booking.startsAt && (await insertClaim(tx, booking, during, null));
  return isFree ? confirm(tx, booking, now, true) : displace(tx, booking, now);
}

async function confirm(tx: Transaction, booking: BookingRow, now: Date, late: boolean): Promise<void> {
  const during = occupied(booking);
  const overtaken = await supersedeMails(tx, { ...booking, status: 'confirmed' }, now);
  await record(tx, booking, {
    at: now,
    actor: system,
    action: 'booking.confirmed',
    detail: { startsAt: booking.startsAt, late },
    state: { status: 'confirmed', confirmedAt: now, holdExpiresAt: null },
    facts: [...(late ? [slotHeld(booking, during, null)] : []), confirmedFact(booking, during), ...overtaken],
    mails: { kind: 'booking_confirmed', recipients: ['guest', 'host'] },
  });
}

async function displace(tx: Transaction, booking: BookingRow, now: Date): Promise<void> {
  const overtaken = await supersedeMails(tx, { ...booking, status: 'displaced' }, now);
  await record(tx, booking, {
    at: now,
    actor: system,
    action: 'booking.displaced',
    detail: { startsAt: booking.startsAt },
    state: { status: 'displaced' },
    facts: [{ type: 'booking.displaced', data: { startsAt: booking.startsAt.toISOString() } }, ...overtaken],
    mails: { kind: 'late_signature_taken', recipients: ['guest', 'host'] },
  });
}

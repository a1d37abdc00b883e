import type { PersonalCipher } from '../personal.ts';
import type { Transaction } from '../pool.ts';
import { appendAudit, type Actor } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { endLegalHold, insertLegalHold } from '../queries/legal-holds.ts';

/** From now on nothing of this booking is deleted. @returns why not, when it cannot be. */
export async function setLegalHold(
  tx: Transaction,
  cipher: PersonalCipher,
  hold: { bookingId: string; reason: string; accountId: string; actor: Actor },
): Promise<'set' | 'legal_hold_stands' | 'booking_erased'> {
  const { booking, now } = await lockBooking(tx, hold.bookingId);
  if (booking.erasedAt) return 'booking_erased';
  const isNew = await insertLegalHold(tx, {
    organizationId: booking.organizationId,
    bookingId: booking.id,
    reason: cipher.seal(hold.reason, 'legal_hold.reason'),
    setBy: hold.accountId,
  });
  if (!isNew) return 'legal_hold_stands';
  await appendAudit(tx, { ...booking, bookingId: booking.id, at: now, actor: hold.actor, action: 'legal_hold.set' });
  return 'set';
}

/** The organization's policy applies again, and so does a guest's wish. */
export async function liftLegalHold(
  tx: Transaction,
  hold: { bookingId: string; accountId: string; actor: Actor },
): Promise<'lifted' | 'no_legal_hold'> {
  const { booking, now } = await lockBooking(tx, hold.bookingId);
  if (!(await endLegalHold(tx, booking.id, hold.accountId))) return 'no_legal_hold';
  await appendAudit(tx, { ...booking, bookingId: booking.id, at: now, actor: hold.actor, action: 'legal_hold.lifted' });
  return 'lifted';
}

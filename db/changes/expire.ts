import { mayExpire } from '#domain/booking/transitions.ts';
import { isMoving } from '#domain/booking/moves.ts';
import type { ReleaseReason } from '#domain/events.ts';
import type { Database, Transaction } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import { endClaims } from '../queries/claims.ts';
import type { FactInput } from '../queries/outbox.ts';
import { supersedeMails } from './mail.ts';
import { expireMove } from './move.ts';
import { record } from './record.ts';
import { slotReleased } from './slot-facts.ts';

/** Ends a hold whose time is up, be it that of a booking or of the time that one would move to; one that was signed in time, or still runs, stays. */
export async function expireHold(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    await expireLocked(tx, booking, now);
  });
}

export async function expireLocked(tx: Transaction, booking: BookingRow, now: Date): Promise<void> {
  if (isMoving(booking)) return expireMove(tx, booking, now);
  if (!mayExpire(booking, now).allowed) return;
  const released = await releaseClaim(tx, booking, 'expired');
  const overtaken = await supersedeMails(tx, { ...booking, status: 'expired' }, now);
  await record(tx, booking, {
    at: now,
    actor: system,
    action: 'booking.expired',
    state: { status: 'expired', endedAt: now },
    facts: [...released, { type: 'booking.expired', data: { startsAt: booking.startsAt.toISOString() } }, ...overtaken],
    mails: { kind: 'hold_expired', recipients: ['guest'] },
  });
}

/** The host's time is free again: what the world is told, if anything was taken. */
export async function releaseClaim(tx: Transaction, booking: BookingRow, reason: ReleaseReason): Promise<FactInput[]> {
  const ended = await endClaims(tx, booking.id);
  return ended.map((during) => slotReleased(booking, during, reason));
}

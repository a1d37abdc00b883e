import { mayMarkNoShow, mayUndoNoShow } from '#domain/booking/transitions.ts';
import type { Database, Transaction } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import { lockBooking, lockBookingOfHost, type BookingRow } from '../queries/bookings.ts';
import { endClaims, insertClaim, occupied } from '../queries/claims.ts';
import type { FactInput } from '../queries/outbox.ts';
import { refused } from './apply.ts';
import { takeOverOverdue } from './hold.ts';
import { leaveMove } from './move.ts';
import { record } from './record.ts';
import type { ChangeOutcome } from './requests.ts';
import { slotHeld, slotReleased } from './slot-facts.ts';

/** The host says that the guest did not come. What is left of the meeting's time is free again. */
export async function markNoShow(database: Database, bookingId: string, actor: Actor): Promise<ChangeOutcome> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status === 'no_show') return { outcome: 'done' };
    const decision = mayMarkNoShow(booking, now);
    if (!decision.allowed) return refused(decision);
    const left = (await endClaims(tx, bookingId)).filter(({ to }) => now < to);
    const { released } = await leaveMove(tx, booking, 'released');
    await record(tx, booking, {
      at: now,
      actor,
      action: 'booking.no_show',
      state: { status: 'no_show', endedAt: booking.endedAt ?? now },
      facts: [
        ...left.map((during) => slotReleased(booking, during, 'released')),
        ...released,
        { type: 'booking.no_show', data: { startsAt: booking.startsAt.toISOString() } },
      ],
    });
    return { outcome: 'done' };
  });
}

/**
 * The host takes it back: the guest came. A meeting that is not over goes on, unless what was left of its time is somebody else's by now;
 * otherwise it has taken place. Nobody was mailed about the no-show, so nobody needs to be about its end.
 */
export async function undoNoShow(database: Database, bookingId: string, actor: Actor): Promise<ChangeOutcome> {
  return database.transaction(async (tx) => {
    const locked = await lockBookingOfHost(tx, bookingId);
    if (!locked) throw new Error(`There is no booking ${bookingId} to take a no-show back of.`);
    const { booking, now } = locked;
    if (booking.status === 'confirmed' || booking.status === 'completed') return { outcome: 'done' };
    const decision = mayUndoNoShow(booking);
    if (!decision.allowed) return refused(decision);
    const held = now < booking.endsAt ? await takeTimeAgain(tx, booking) : [];
    const status = held.length > 0 ? 'confirmed' : 'completed';
    await record(tx, booking, {
      at: now,
      actor,
      action: 'booking.no_show_undone',
      state: { status, endedAt: status === 'confirmed' ? null : booking.endedAt },
      facts: [...held, { type: 'booking.no_show_undone', data: { startsAt: booking.startsAt.toISOString(), status } }],
    });
    return { outcome: 'done' };
  });
}

/** @returns the fact that the time is held; none when somebody else has some of it. */
async function takeTimeAgain(tx: Transaction, booking: BookingRow): Promise<FactInput[]> {
  const during = occupied(booking);
  await takeOverOverdue(tx, booking, during);
  return (await insertClaim(tx, booking, during, null)) ? [slotHeld(booking, during, null)] : [];
}

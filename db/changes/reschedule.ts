import { sql } from 'slonik';
import type { Transaction } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import type { BookingRow } from '../queries/bookings.ts';
import { asFact, insertClaim, occupied } from '../queries/claims.ts';
import { requestMessages } from '../queries/messages.ts';
import { releaseClaim } from './expire.ts';
import { isOnlyTaken, reasonsAgainst, slotHeld, takeOverOverdue } from './hold.ts';
import { supersedeMails } from './mail.ts';
import { record } from './record.ts';
import type { ChangeOutcome } from './requests.ts';

type Move = { actor: Actor; by: 'guest' | 'host'; at: Date };

/**
 * Moves a booking's claim: the old time is let go and the new one taken in one transaction, or neither. The caller holds the locks of host
 * and booking, and has asked the domain. A host may move to a time that is not offered (it is their time), a guest may not.
 */
export async function moveClaim(
  tx: Transaction,
  booking: BookingRow,
  to: { startsAt: Date; endsAt: Date },
  move: Move,
): Promise<ChangeOutcome> {
  const moved: BookingRow = { ...booking, ...to, sequence: booking.sequence + 1 };
  const during = occupied(moved);
  await takeOverOverdue(tx, moved, during);
  if (move.by === 'guest') {
    const reasons = await reasonsAgainst(tx, moved);
    if (isOnlyTaken(reasons)) return { outcome: 'refused', code: 'slot_taken' };
    if (reasons.length > 0) return { outcome: 'refused', code: 'slot_not_offered', context: { reasons: [...reasons] } };
  }
  const isFree = await swapClaims(tx, booking, moved);
  if (!isFree) return { outcome: 'refused', code: 'slot_taken' };
  await tx.query(sql.unsafe`
    update booking set starts_at = ${to.startsAt.toISOString()}, ends_at = ${to.endsAt.toISOString()}, sequence = ${moved.sequence}, status = 'confirmed',
      reschedule_count = reschedule_count + ${move.by === 'guest' ? 1 : 0}, confirmed_at = coalesce(confirmed_at, ${move.at.toISOString()})
    where id = ${booking.id}`);
  const overtaken = await supersedeMails(tx, { ...moved, status: 'confirmed' }, move.at);
  const wasDisplaced = booking.status === 'displaced';
  const mails = await requestMessages(tx, {
    ...moved,
    bookingId: booking.id,
    kind: wasDisplaced ? 'booking_confirmed' : 'booking_rescheduled',
    recipients: ['guest', 'host'],
  });
  await record(tx, booking, {
    at: move.at,
    actor: move.actor,
    action: 'booking.rescheduled',
    detail: { from: booking.startsAt, to: to.startsAt, sequence: moved.sequence },
    facts: [
      ...isFree.released,
      slotHeld(moved, during, null),
      {
        type: 'booking.rescheduled',
        data: {
          fromStartsAt: booking.startsAt.toISOString(),
          startsAt: to.startsAt.toISOString(),
          endsAt: to.endsAt.toISOString(),
          during: asFact(during),
          sequence: moved.sequence,
        },
      },
      ...overtaken,
      ...mails,
    ],
  });
  return { outcome: 'done' };
}

/** Old claim out, new claim in; a savepoint puts the old one back when the new time is taken. */
async function swapClaims(tx: Transaction, booking: BookingRow, moved: BookingRow) {
  await tx.query(sql.unsafe`savepoint swap`);
  const released = await releaseClaim(tx, booking, 'rescheduled');
  if (await insertClaim(tx, moved, occupied(moved), null)) return { released };
  await tx.query(sql.unsafe`rollback to savepoint swap`);
  return null;
}

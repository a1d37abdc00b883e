import { sql } from 'slonik';
import { pendingMoveOf } from '#domain/booking/moves.ts';
import type { Transaction } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import type { BookingRow } from '../queries/bookings.ts';
import { asFact, insertClaim, occupied } from '../queries/claims.ts';
import type { FactInput } from '../queries/outbox.ts';
import { releaseClaim } from './expire.ts';
import { isOnlyTaken, lookAt, takeOverOverdue } from './hold.ts';
import { supersedeMails } from './mail.ts';
import { asksForNewSignature, endMove, holdMove, takeHeldMove, withoutMove } from './move.ts';
import { record } from './record.ts';
import type { ChangeOutcome } from './requests.ts';
import { slotHeld } from './slot-facts.ts';

type Move = { actor: Actor; by: 'guest' | 'host'; at: Date };
type Times = { startsAt: Date; endsAt: Date };

/**
 * Moves a booking's claim: the old time is let go and the new one taken in one transaction, or neither. The caller holds the locks of host
 * and booking, and has asked the domain. A host may move to any time to come that is not offered (it is their time), a guest may not. Where the
 * template asks for a new signature, the new time is held for it first, and the booking moves when it is signed (`moveAsSigned`).
 */
export async function moveClaim(tx: Transaction, booking: BookingRow, to: Times, move: Move): Promise<ChangeOutcome> {
  if (to.startsAt <= move.at)
    return {
      outcome: 'refused',
      code: 'slot_not_offered',
      context: { reasons: [{ code: 'past', now: move.at.getTime() }] },
    };
  const moved = movedTo(booking, to);
  await takeOverOverdue(tx, moved, occupied(moved));
  if (move.by === 'guest') {
    const { reasons } = await lookAt(tx, moved);
    if (isOnlyTaken(reasons)) return { outcome: 'refused', code: 'slot_taken' };
    if (reasons.length > 0) return { outcome: 'refused', code: 'slot_not_offered', context: { reasons: [...reasons] } };
  }
  if (await asksForNewSignature(tx, booking)) return holdMove(tx, booking, moved, move);
  const released = await swapClaims(tx, booking, moved);
  if (!released) return { outcome: 'refused', code: 'slot_taken' };
  await settleAt(tx, booking, moved, { ...move, released });
  return { outcome: 'done' };
}

/**
 * The NDA is signed for the new time: the booking moves there. Should that time have begun before the signed document could be fetched, the
 * booking stays where it is.
 */
export async function moveAsSigned(tx: Transaction, booking: BookingRow, now: Date): Promise<void> {
  const move = pendingMoveOf(booking);
  if (!move) return;
  if (now >= move.startsAt) return endMove(tx, booking, { why: 'expired', actor: system, at: now });
  const moved = movedTo(withoutMove(booking), move);
  const released = await takeHeldMove(tx, booking, moved);
  await settleAt(tx, booking, moved, { actor: system, by: move.by, at: now, released });
}

const movedTo = (booking: BookingRow, { startsAt, endsAt }: Times): BookingRow => ({
  ...booking,
  startsAt,
  endsAt,
  sequence: booking.sequence + 1,
});

/** The claim is at the new time: the booking follows it, calendars follow the booking. */
async function settleAt(
  tx: Transaction,
  booking: BookingRow,
  moved: BookingRow,
  { actor, by, at, released }: Move & { released: readonly FactInput[] },
): Promise<void> {
  const during = occupied(moved);
  await tx.query(sql.unsafe`
    update booking set starts_at = ${moved.startsAt.toISOString()}, ends_at = ${moved.endsAt.toISOString()}, sequence = ${moved.sequence}, status = 'confirmed',
      reschedule_count = reschedule_count + ${by === 'guest' ? 1 : 0}, confirmed_at = coalesce(confirmed_at, ${at.toISOString()})
    where id = ${booking.id}`);
  const overtaken = await supersedeMails(tx, { ...moved, status: 'confirmed' }, at);
  const wasDisplaced = booking.status === 'displaced';
  const { startsAt, endsAt, sequence } = moved;
  await record(tx, booking, {
    at,
    actor,
    action: 'booking.rescheduled',
    detail: { from: booking.startsAt, to: startsAt, sequence },
    facts: [
      ...released,
      slotHeld(moved, during, null),
      {
        type: 'booking.rescheduled',
        data: {
          fromStartsAt: booking.startsAt.toISOString(),
          startsAt: startsAt.toISOString(),
          endsAt: endsAt.toISOString(),
          during: asFact(during),
          sequence,
        },
      },
      ...overtaken,
    ],
    mails: {
      kind: wasDisplaced ? 'booking_confirmed' : 'booking_rescheduled',
      recipients: ['guest', 'host'],
      sequence,
    },
  });
}

/** Old claim out, new claim in; a savepoint puts the old one back when the new time is taken. */
async function swapClaims(tx: Transaction, booking: BookingRow, moved: BookingRow): Promise<FactInput[] | null> {
  await tx.query(sql.unsafe`savepoint swap`);
  const released = await releaseClaim(tx, booking, 'rescheduled');
  if (await insertClaim(tx, moved, occupied(moved), null)) return released;
  await tx.query(sql.unsafe`rollback to savepoint swap`);
  return null;
}

import { isSigned, type BookingStatus, type NdaStatus } from './states.ts';
import type { Decision } from './transitions.ts';

/**
 * Moving a confirmed booking whose NDA is to be signed anew for the new time:
 *
 *   confirmed ── asked to move ──▶ the new time is held beside the old one ── signed ──▶ confirmed at the new time
 *                                     └─ time up | declined | given up ──▶ confirmed at the old time, as before
 *
 * What holds: the booking stays confirmed at its old time until the signature is in, and the old NDA stays good for that time. The new time
 * is held no longer than until one of the two meetings would begin: nobody is left to sign for a meeting that runs already.
 */
export type PendingMove = { startsAt: Date; endsAt: Date; expiresAt: Date; by: 'guest' | 'host' };

type MoveColumns = {
  moveStartsAt: Date | null;
  moveEndsAt: Date | null;
  moveExpiresAt: Date | null;
  moveBy: 'guest' | 'host' | null;
};
type Standing = { status: BookingStatus; ndaStatus: NdaStatus; moveExpiresAt: Date | null };

/** Where a booking moves once its NDA is signed anew, and until when that time is held; null when it is not about to move. */
export function pendingMoveOf(booking: MoveColumns): PendingMove | null {
  const { moveStartsAt, moveEndsAt, moveExpiresAt, moveBy } = booking;
  if (!moveStartsAt || !moveEndsAt || !moveExpiresAt || !moveBy) return null;
  return { startsAt: moveStartsAt, endsAt: moveEndsAt, expiresAt: moveExpiresAt, by: moveBy };
}

/** A signed NDA stays good for the moved meeting, unless its template says otherwise. A displaced guest has signed for a time they lost. */
export function needsNewSignature(
  booking: Pick<Standing, 'status' | 'ndaStatus'>,
  template: { renewOnReschedule: boolean } | null,
): boolean {
  return booking.status === 'confirmed' && booking.ndaStatus === 'completed' && template?.renewOnReschedule === true;
}

/** A guest who did not ask for the move may read of it tomorrow. */
const minutesWhenHostMoves = 1_440;

/** Until when the new time is held for the signature: never past the start of either meeting. */
export function endOfMoveHold(
  booking: { startsAt: Date; holdMinutes: number },
  to: { startsAt: Date },
  by: 'guest' | 'host',
  now: Date,
): Date {
  const minutes = by === 'host' ? minutesWhenHostMoves : booking.holdMinutes;
  return new Date(Math.min(now.getTime() + minutes * 60_000, booking.startsAt.getTime(), to.startsAt.getTime()));
}

/** Whether an agreement is to be made, sent and signed now: for a slot that is held, or for a time to move to. */
export function awaitsSignature(booking: Pick<Standing, 'status' | 'moveExpiresAt'>): boolean {
  return booking.status === 'held' || isMoving(booking);
}

/** An expired hold can still be signed for, late; a move that has ended cannot: its meeting stays where it is. */
export function maySign(booking: Standing): boolean {
  if (isMoving(booking)) return booking.ndaStatus === 'sent';
  return booking.status === 'held' || booking.status === 'expired';
}

export function isMoving(booking: Pick<Standing, 'status' | 'moveExpiresAt'>): boolean {
  return booking.status === 'confirmed' && booking.moveExpiresAt !== null;
}

/** The new time is let go by itself only when its time is up and no signature came before. */
export function mayEndMove(booking: Standing, now: Date): Decision {
  if (!isMoving(booking) || booking.moveExpiresAt === null)
    return { allowed: false, refusal: { code: 'booking_not_held' } };
  if (isSigned(booking.ndaStatus)) return { allowed: false, refusal: { code: 'already_signed' } };
  if (now < booking.moveExpiresAt)
    return { allowed: false, refusal: { code: 'hold_running', expiresAt: booking.moveExpiresAt } };
  return { allowed: true };
}

/** Where the NDA stands once a move has ended: the earlier one is signed; a signature that came is still collected. */
export function ndaStatusWithoutMove(ndaStatus: NdaStatus): NdaStatus {
  return isSigned(ndaStatus) ? ndaStatus : 'completed';
}

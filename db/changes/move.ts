import { sql } from 'slonik';
import {
  endOfMoveHold,
  isMoving,
  mayEndMove,
  ndaStatusWithoutMove,
  needsNewSignature,
  pendingMoveOf,
} from '#domain/booking/moves.ts';
import type { ReleaseReason } from '#domain/events.ts';
import type { Transaction } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import type { BookingRow } from '../queries/bookings.ts';
import { endClaims, insertClaim, occupied } from '../queries/claims.ts';
import { openEnvelopeOf } from '../queries/envelopes.ts';
import { requestMessages } from '../queries/messages.ts';
import { renewalOf } from '../queries/nda-templates.ts';
import type { FactInput } from '../queries/outbox.ts';
import { supersedeMails } from './mail.ts';
import { record, setState } from './record.ts';
import type { ChangeOutcome } from './requests.ts';
import { slotHeld, slotReleased } from './slot-facts.ts';

/** Whether the booking's template asks for a new signature when its meeting moves (domain/booking/moves.ts has the rule). */
export async function asksForNewSignature(tx: Transaction, booking: BookingRow): Promise<boolean> {
  return needsNewSignature(booking, await renewalOf(tx, booking.ndaTemplateVersionId));
}

/**
 * Holds the new time beside the old one until the NDA is signed anew. The caller holds the locks of host and booking, and has asked whether
 * the new time is offered. @param moved the booking as it would be there.
 */
export async function holdMove(
  tx: Transaction,
  booking: BookingRow,
  moved: BookingRow,
  { actor, by, at }: { actor: Actor; by: 'guest' | 'host'; at: Date },
): Promise<ChangeOutcome> {
  const expiresAt = endOfMoveHold(booking, moved, by, at);
  if (expiresAt <= at) return { outcome: 'refused', code: 'meeting_started' };
  // The envelope of an earlier move is still being taken back: a signature on it must not count for this one.
  if (await openEnvelopeOf(tx, booking.id)) return { outcome: 'refused', code: 'move_pending' };
  const during = occupied(moved);
  if (!(await insertClaim(tx, moved, during, expiresAt, 'move'))) return { outcome: 'refused', code: 'slot_taken' };
  await tx.query(sql.unsafe`
    update booking set move_starts_at = ${moved.startsAt.toISOString()}, move_ends_at = ${moved.endsAt.toISOString()},
      move_expires_at = ${expiresAt.toISOString()}, move_by = ${by}, nda_round = nda_round + 1, nda_status = 'pending'
    where id = ${booking.id}`);
  await record(tx, booking, {
    at,
    actor,
    action: 'booking.move_held',
    detail: { from: booking.startsAt, to: moved.startsAt, expiresAt },
    facts: [slotHeld(moved, during, expiresAt)],
  });
  return { outcome: 'done' };
}

/** Why a move came to nothing: time up, not wanted by the signer, given up by guest or host, taken back at the provider. */
export type MoveEnd = Extract<ReleaseReason, 'expired' | 'declined' | 'released'>;

/** Ends a move whose time is up. */
export async function expireMove(tx: Transaction, booking: BookingRow, now: Date): Promise<void> {
  if (mayEndMove(booking, now).allowed) await endMove(tx, booking, { why: 'expired', actor: system, at: now });
}

/** The new time is free again, the booking stays at its old one, and both sides are told. @param facts what else happened, told first. */
export async function endMove(
  tx: Transaction,
  booking: BookingRow,
  end: { why: MoveEnd; actor: Actor; at: Date; facts?: readonly FactInput[]; detail?: Record<string, unknown> },
): Promise<void> {
  const { booking: stayed, released } = await leaveMove(tx, booking, end.why);
  const overtaken = await supersedeMails(tx, stayed, end.at);
  await record(tx, booking, {
    at: end.at,
    actor: end.actor,
    action: 'booking.move_ended',
    detail: { ...end.detail, why: end.why, to: booking.moveStartsAt, stays: booking.startsAt },
    facts: [...released, ...(end.facts ?? []), ...overtaken],
    mails: { kind: 'move_ended', recipients: ['guest', 'host'], part: roundOf(booking) },
  });
}

/** Lets go of the time to move to, if there is one; the caller tells whom it concerns. @returns the booking without it, and its facts. */
export async function leaveMove(
  tx: Transaction,
  booking: BookingRow,
  reason: ReleaseReason,
): Promise<{ booking: BookingRow; released: FactInput[] }> {
  const move = pendingMoveOf(booking);
  if (!move) return { booking, released: [] };
  const during = await endClaims(tx, booking.id, 'move');
  const ndaStatus = ndaStatusWithoutMove(booking.ndaStatus);
  await clearMove(tx, booking.id);
  await setState(tx, booking.id, { ndaStatus });
  return {
    booking: withoutMove({ ...booking, ndaStatus }),
    released: during.map((each) => slotReleased(move, each, reason)),
  };
}

/** Signed for the new time: its claim becomes the booking's own. @returns the fact that the old time is free. */
export async function takeHeldMove(tx: Transaction, booking: BookingRow, moved: BookingRow): Promise<FactInput[]> {
  await clearMove(tx, booking.id);
  await endClaims(tx, booking.id, 'move');
  const left = await endClaims(tx, booking.id);
  if (!(await insertClaim(tx, moved, occupied(moved), null)))
    throw new Error(`Booking ${booking.id} held the time that it moves to, but somebody else has it.`);
  return left.map((during) => slotReleased(booking, during, 'rescheduled'));
}

export function withoutMove(booking: BookingRow): BookingRow {
  return { ...booking, moveStartsAt: null, moveEndsAt: null, moveExpiresAt: null, moveBy: null };
}

/** Tells mails of one move from those of the next: the booking's sequence does not rise before it moves. */
export const roundOf = (booking: BookingRow): string => `round-${booking.ndaRound}`;

/** The mails that ask for the signature: the guest is to act, the host is to know what the guest was asked. */
export function askToSignMove(tx: Transaction, booking: BookingRow): Promise<FactInput[]> {
  if (!isMoving(booking)) throw new Error(`Booking ${booking.id} is not about to move.`);
  return requestMessages(tx, {
    ...booking,
    bookingId: booking.id,
    kind: 'move_to_sign',
    recipients: ['guest', 'host'],
    part: roundOf(booking),
  });
}

async function clearMove(tx: Transaction, bookingId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update booking set move_starts_at = null, move_ends_at = null, move_expires_at = null, move_by = null where id = ${bookingId}`);
}

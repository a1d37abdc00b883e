import { awaitsSignature, isMoving } from './moves.ts';
import { isSigned, type BookingStatus, type NdaStatus } from './states.ts';

/** What a rule needs to know of a booking. Instants, not strings: callers parse at the edge. */
export type BookingFacts = {
  status: BookingStatus;
  ndaStatus: NdaStatus;
  startsAt: Date;
  endsAt: Date;
  holdExpiresAt: Date | null;
  /** Until when another time is held for a signature; null when the booking is not about to move. */
  moveExpiresAt: Date | null;
  rescheduleCount: number;
  /** When its guest's data were deleted: nobody is left to meet. */
  erasedAt: Date | null;
};

export type ChangeRules = {
  /** No guest may cancel or move later than this before the start. */
  rescheduleCutoffMinutes: number;
  /** How often a guest may move one booking. */
  rescheduleLimit: number;
};

export type Refusal =
  | { code: 'booking_over'; status: BookingStatus }
  | { code: 'booking_not_held' }
  | { code: 'booking_not_confirmed' }
  | { code: 'meeting_started' }
  | { code: 'meeting_not_ended' }
  | { code: 'hold_running'; expiresAt: Date }
  | { code: 'already_signed' }
  | { code: 'move_pending' }
  | { code: 'too_late_to_change'; cutoffMinutes: number }
  | { code: 'reschedule_limit_reached'; limit: number };

export type Decision = { allowed: true } | { allowed: false; refusal: Refusal };

const allowed: Decision = { allowed: true };
const refuse = (refusal: Refusal): Decision => ({ allowed: false, refusal });

/** Guests and hosts may cancel whatever is alive and has not begun. */
export function mayCancel(
  booking: BookingFacts,
  by: 'guest' | 'host' | 'operator',
  rules: ChangeRules,
  now: Date,
): Decision {
  if (booking.erasedAt) return refuse({ code: 'booking_over', status: booking.status });
  if (booking.status === 'held' || booking.status === 'displaced') return allowed;
  if (booking.status !== 'confirmed') return refuse({ code: 'booking_over', status: booking.status });
  if (now >= booking.startsAt) return refuse({ code: 'meeting_started' });
  if (by === 'guest' && withinCutoff(booking, rules, now)) {
    return refuse({ code: 'too_late_to_change', cutoffMinutes: rules.rescheduleCutoffMinutes });
  }
  return allowed;
}

/** Letting go of a slot that is only held, be it the one that a confirmed booking would move to. A signature that is in has earned its confirmation: promise 3. */
export function mayRelease(booking: BookingFacts): Decision {
  if (!awaitsSignature(booking)) return refuse({ code: 'booking_not_held' });
  if (isSigned(booking.ndaStatus)) return refuse({ code: 'already_signed' });
  return allowed;
}

/** The hold ends by itself only when its time is up and no signature came in time. */
export function mayExpire(booking: BookingFacts, now: Date): Decision {
  if (booking.status !== 'held') return refuse({ code: 'booking_not_held' });
  if (isSigned(booking.ndaStatus)) return refuse({ code: 'already_signed' });
  const until = endOfHold(booking);
  return now < until ? refuse({ code: 'hold_running', expiresAt: until }) : allowed;
}

/** A hold whose clock stands still ends with the start of its meeting at the latest. */
export function endOfHold(booking: Pick<BookingFacts, 'holdExpiresAt' | 'startsAt'>): Date {
  return booking.holdExpiresAt ?? booking.startsAt;
}

export function mayReschedule(booking: BookingFacts, by: 'guest' | 'host', rules: ChangeRules, now: Date): Decision {
  if (booking.erasedAt) return refuse({ code: 'booking_not_confirmed' });
  if (booking.status === 'displaced') return allowed;
  if (booking.status !== 'confirmed') return refuse({ code: 'booking_not_confirmed' });
  if (now >= booking.startsAt) return refuse({ code: 'meeting_started' });
  if (isMoving(booking)) return refuse({ code: 'move_pending' });
  if (by === 'host') return allowed;
  if (withinCutoff(booking, rules, now))
    return refuse({ code: 'too_late_to_change', cutoffMinutes: rules.rescheduleCutoffMinutes });
  if (booking.rescheduleCount >= rules.rescheduleLimit) {
    return refuse({ code: 'reschedule_limit_reached', limit: rules.rescheduleLimit });
  }
  return allowed;
}

/** A host's word after the meeting has begun; `completed` may be corrected to `no_show`. */
export function mayMarkNoShow(booking: BookingFacts, now: Date): Decision {
  if (booking.status !== 'confirmed' && booking.status !== 'completed')
    return refuse({ code: 'booking_not_confirmed' });
  return now < booking.startsAt ? refuse({ code: 'meeting_not_ended' }) : allowed;
}

/** A host's word that the guest did not come can be taken back whenever it was said: nobody was told of it. */
export function mayUndoNoShow({ status }: Pick<BookingFacts, 'status'>): Decision {
  return status === 'no_show' ? allowed : refuse({ code: 'booking_not_confirmed' });
}

/** Whether a signature that arrives now is in time. A late one confirms only if the slot is still free (promise 3). */
export function signatureIsLate(booking: BookingFacts, now: Date): boolean {
  if (isMoving(booking)) return booking.moveExpiresAt !== null && now >= booking.moveExpiresAt;
  if (booking.status !== 'held') return true;
  return booking.holdExpiresAt !== null && now >= booking.holdExpiresAt;
}

function withinCutoff(booking: BookingFacts, rules: ChangeRules, now: Date): boolean {
  return now.getTime() > booking.startsAt.getTime() - rules.rescheduleCutoffMinutes * 60_000;
}

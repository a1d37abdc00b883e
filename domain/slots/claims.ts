import { minuteMs } from '#domain/time/dates.ts';
import type { Interval } from '#domain/time/intervals.ts';
import type { MeetingRules } from './rules.ts';

/**
 * A host's time taken by one of our own bookings or holds: from `startsAt` to `endsAt` (epoch ms) and its buffers
 * around. Only live ones belong here: a canceled, released or refused booking has no claim.
 */
export type Claim = {
  startsAt: number;
  endsAt: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  /** A hold ends by itself at this instant; a booking has none. */
  expiresAt?: number;
  bookingId?: string;
  /** Who holds it: this viewer goes on seeing the time as free. */
  viewerId?: string;
  /** Limits count claims of the asked meeting type; a claim (or a question) without one counts as that type. */
  meetingTypeId?: string;
  /**
   * Guests of one group session share its id. Without one, claims of the same meeting type, start and end are one
   * session.
   */
  sessionId?: string;
};

/** Time taken elsewhere, in an outside calendar: no buffers of its own. */
export type BusyInterval = { startsAt: number; endsAt: number; source?: string };

/** Who asks about what, and when; next to the host's own facts. */
export type Asking = {
  now: number;
  viewerId?: string;
  meetingTypeId?: string;
  /** The booking that is about to move: its own claim is not in its way. */
  movingBookingId?: string;
};

/** A hold whose time has run out, the viewer's own hold, and the booking that moves are not in the way. */
export function isInTheWay(claim: Claim, asking: Asking): boolean {
  if (claim.bookingId !== undefined && claim.bookingId === asking.movingBookingId) return false;
  if (claim.expiresAt === undefined) return true;
  if (claim.expiresAt <= asking.now) return false;
  return claim.viewerId === undefined || claim.viewerId !== asking.viewerId;
}

export function isSameMeetingType(claim: Claim, asking: Asking): boolean {
  return (
    claim.meetingTypeId === undefined ||
    asking.meetingTypeId === undefined ||
    claim.meetingTypeId === asking.meetingTypeId
  );
}

/** The time that the claim keeps, buffers included. */
export function occupied(claim: Claim): Interval {
  return {
    start: claim.startsAt - claim.bufferBeforeMinutes * minuteMs,
    end: claim.endsAt + claim.bufferAfterMinutes * minuteMs,
  };
}

/** The time that a meeting at `startsAt` would keep, buffers included. */
export function wanted(startsAt: number, rules: MeetingRules): Interval {
  return {
    start: startsAt - rules.bufferBeforeMinutes * minuteMs,
    end: startsAt + (rules.durationMinutes + rules.bufferAfterMinutes) * minuteMs,
  };
}

/** Whether a guest at `startsAt` would sit in the claim's session instead of colliding with it. */
export function isSameSession(claim: Claim, startsAt: number, rules: MeetingRules, asking: Asking): boolean {
  return (
    rules.seatsPerSlot > 1 &&
    claim.startsAt === startsAt &&
    claim.endsAt === startsAt + rules.durationMinutes * minuteMs &&
    isSameMeetingType(claim, asking)
  );
}

/** One name for all claims of one session, so that limits count the meeting once. */
export function sessionKey(claim: Claim): string {
  return claim.sessionId ?? `${claim.meetingTypeId ?? ''}@${claim.startsAt}-${claim.endsAt}`;
}

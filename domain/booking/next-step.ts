import { isSigned, type BookingStatus, type NdaStatus } from './states.ts';
import { endOfHold } from './transitions.ts';

/** What deciding the next step needs to know of a booking. No names, no addresses: this travels through the workflow engine. */
export type Progress = {
  status: BookingStatus;
  ndaStatus: NdaStatus;
  startsAt: Date;
  endsAt: Date;
  holdExpiresAt: Date | null;
  /** Until when another time is held for a signature; null when the booking is not about to move. */
  moveExpiresAt: Date | null;
  envelopeOpen: boolean;
  remindersMinutes: readonly number[];
  /** Reminders of the current time that were asked for already, in minutes before the start. */
  remindersDone: readonly number[];
  /** A reminder whose moment lies before this (the booking was made or moved later) is not sent. */
  remindersFrom: Date;
};

export type Step =
  | { do: 'hold' }
  | { do: 'create_agreement' }
  | { do: 'send_envelope' }
  | { do: 'collect_signed' }
  | { do: 'confirm' }
  | { do: 'expire' }
  | { do: 'void_envelope' }
  | { do: 'remind'; minutes: number }
  | { do: 'complete' }
  | { do: 'wait'; until: Date }
  | { do: 'finish' };

/**
 * What happens next to a booking, from its stored state alone: a workflow that lost its history, or was never started, goes on from here.
 * Every step but `wait` and `finish` changes the facts so that another step follows.
 */
export function nextStep(booking: Progress, now: Date): Step {
  switch (booking.status) {
    case 'requested':
      return { do: 'hold' };
    case 'held':
      return whileHeld(booking, now);
    case 'confirmed':
      return whileConfirmed(booking, now);
    case 'expired':
      if (booking.ndaStatus === 'completed') return { do: 'confirm' };
      return afterTheEnd(booking);
    default:
      return afterTheEnd(booking);
  }
}

function whileHeld(booking: Progress, now: Date): Step {
  switch (booking.ndaStatus) {
    case 'not_required':
    case 'completed':
      return { do: 'confirm' };
    case 'signed':
      return { do: 'collect_signed' };
    default: {
      const until = endOfHold(booking);
      if (now >= until) return { do: 'expire' };
      if (booking.ndaStatus === 'pending') return { do: 'create_agreement' };
      return booking.ndaStatus === 'created' ? { do: 'send_envelope' } : { do: 'wait', until };
    }
  }
}

function whileConfirmed(booking: Progress, now: Date): Step {
  const renewal = booking.moveExpiresAt ? whileMoving(booking, booking.moveExpiresAt, now) : afterMoving(booking);
  if (renewal) return renewal;
  if (now >= booking.endsAt) return { do: 'complete' };
  const moments = booking.remindersMinutes
    // One that was overtaken by a later one is not sent any more.
    .filter((minutes) => booking.remindersDone.every((done) => minutes < done))
    .map((minutes) => ({ minutes, at: minutesBefore(booking.startsAt, minutes) }))
    .filter(({ at }) => at > booking.remindersFrom)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  if (now < booking.startsAt) {
    const due = moments.filter(({ at }) => at <= now).at(-1);
    if (due) return { do: 'remind', minutes: due.minutes };
  }
  const next = moments.find(({ at }) => at > now);
  const ends = [booking.endsAt, next?.at, booking.moveExpiresAt].flatMap((end) => end?.getTime() ?? []);
  return { do: 'wait', until: new Date(Math.min(...ends)) };
}

/** The new time's agreement goes the way of the first one; null while the guest reads it: then the old meeting's reminders are due as ever. */
function whileMoving(booking: Progress, expiresAt: Date, now: Date): Step | null {
  if (booking.ndaStatus === 'completed') return { do: 'confirm' };
  if (booking.ndaStatus === 'signed') return { do: 'collect_signed' };
  if (now >= expiresAt) return { do: 'expire' };
  if (booking.ndaStatus !== 'pending' && booking.ndaStatus !== 'created') return null;
  // Of an earlier move, made while that was given up.
  if (booking.envelopeOpen) return { do: 'void_envelope' };
  return booking.ndaStatus === 'pending' ? { do: 'create_agreement' } : { do: 'send_envelope' };
}

/** What a move that has ended leaves behind: an envelope that is open, or a signature that came too late to move but is kept. */
function afterMoving(booking: Progress): Step | null {
  if (booking.ndaStatus === 'signed') return { do: 'collect_signed' };
  return booking.envelopeOpen ? { do: 'void_envelope' } : null;
}

/** Over, one way or another: a signature that is in is still collected, an open envelope is voided. */
function afterTheEnd(booking: Progress): Step {
  if (isSigned(booking.ndaStatus) && booking.ndaStatus !== 'completed') return { do: 'collect_signed' };
  if (booking.envelopeOpen) return { do: 'void_envelope' };
  return { do: 'finish' };
}

function minutesBefore(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() - minutes * 60_000);
}

import type { Reason } from '#domain/slots/reasons.ts';
import { whyNot } from '#domain/slots/why.ts';
import { problemOfConstraint } from '../errors.ts';
import type { Database, Transaction } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import { readAvailability } from '../queries/availability.ts';
import {
  lockBooking,
  lockBookingOfHost,
  progressOf,
  readProgress,
  type BookingProgress,
  type BookingRow,
} from '../queries/bookings.ts';
import { asFact, occupied, overdueClaims, type Occupied } from '../queries/claims.ts';
import type { FactInput } from '../queries/outbox.ts';
import { expireLocked } from './expire.ts';
import { record, type Change, type StateChange } from './record.ts';
import { slotHeld } from './slot-facts.ts';

export type HoldOutcome =
  /** `held` where it was decided just now: since when, and until when (ISO 8601); null: it is confirmed, and the guest's for good. */
  | { outcome: 'held'; held?: { at: string; until: string | null } }
  | { outcome: 'slot_taken' }
  | { outcome: 'slot_not_offered'; reasons: readonly Reason[] }
  /** The request had been decided otherwise before (abandoned, canceled). */
  | { outcome: 'over' };

/** How it went, and where the booking stands after it. */
export type HoldDecided = { hold: HoldOutcome; progress: BookingProgress };

/**
 * Takes the time for a requested booking: held until its gates close, or confirmed at once when it has none. Offered times only; the
 * exclusion constraint has the last word. A repeat answers what was decided first.
 */
export async function holdSlot(database: Database, bookingId: string): Promise<HoldDecided> {
  try {
    return await database.transaction((tx) => decideHold(tx, bookingId, takeTime));
  } catch (error) {
    if (problemOfConstraint(error) !== 'slot_taken') throw error;
    return database.transaction((tx) => decideHold(tx, bookingId, slotTaken));
  }
}

const slotTaken: typeof takeTime = (_tx, _booking, now) => Promise.resolve(refused(now, { outcome: 'slot_taken' }));

async function decideHold(tx: Transaction, bookingId: string, decide: typeof takeTime): Promise<HoldDecided> {
  const locked = await lockBookingOfHost(tx, bookingId);
  if (!locked) throw new Error(`There is no booking ${bookingId} to hold a slot for.`);
  const { booking, now } = locked;
  if (booking.status !== 'requested')
    return { hold: decidedBefore(booking), progress: await readProgress(tx, bookingId) };
  return writeDown(tx, booking, await decide(tx, booking, now));
}

/** The claim, if the time is offered and looks free. */
async function takeTime(tx: Transaction, booking: BookingRow, now: Date): Promise<Decided> {
  const { reasons, hasOverdue } = await lookAt(tx, booking);
  if (isOnlyTaken(reasons)) return slotTaken(tx, booking, now);
  if (reasons.length > 0) return refused(now, { outcome: 'slot_not_offered', reasons });
  if (hasOverdue) await takeOverOverdue(tx, booking, occupied(booking));
  return held(booking, now);
}

/** Null: nothing is to be signed, so the time is the guest's for good. */
function endOfNewHold(booking: BookingRow, now: Date): Date | null {
  return booking.ndaStatus === 'not_required' ? null : new Date(now.getTime() + booking.holdMinutes * 60_000);
}

type Decided = Change & { state: StateChange; hold: HoldOutcome };

/** What comes next follows from what is known, without asking the database again. */
async function writeDown(tx: Transaction, booking: BookingRow, { hold, ...change }: Decided): Promise<HoldDecided> {
  const pendingMessageIds = [...(await record(tx, booking, change))];
  const unmoved = { envelopeOpen: false, remindersDone: [], remindersFrom: change.at };
  const progress = progressOf({ ...booking, ...change.state, ...unmoved, pendingMessageIds }, change.at);
  return { hold, progress };
}

/** Reasons that say no more than that somebody else was faster. */
const takenCodes: ReadonlySet<string> = new Set(['booked', 'held', 'busy', 'buffer', 'full']);

/** Whether nothing but somebody else's claim is in the way. */
export function isOnlyTaken(reasons: readonly Reason[]): boolean {
  return reasons.length > 0 && reasons.every(({ code }) => takenCodes.has(code));
}

/** Holds that ran out while nobody was there to end them make room now. */
export async function takeOverOverdue(tx: Transaction, booking: BookingRow, during: Occupied): Promise<void> {
  const overdue: { booking: BookingRow; now: Date }[] = [];
  for (const overdueId of await overdueClaims(tx, booking.hostId, during)) {
    if (overdueId !== booking.id) overdue.push(await lockBooking(tx, overdueId));
  }
  // Ending one locks the head of the audit trail: bookings are locked before it, here as everywhere.
  for (const { booking: late, now } of overdue) await expireLocked(tx, late, now);
}

type Sight = {
  /** Why the time is not offered now. */
  reasons: readonly Reason[];
  /** Whether there are claims around it that have run out: no reason against it, but in its way until they are ended. */
  hasOverdue: boolean;
};

/** How the booking's time looks; its own claim is not in its way. */
export async function lookAt(tx: Transaction, booking: BookingRow): Promise<Sight> {
  const durationMinutes = (booking.endsAt.getTime() - booking.startsAt.getTime()) / 60_000;
  const availability = await readAvailability(tx, { meetingTypeId: booking.meetingTypeId }, occupied(booking), {
    durationMinutes,
    exceptBookingId: booking.id,
    isOneMeeting: true,
  });
  if (!availability?.offersDuration) return { reasons: [{ code: 'no_hosts' }], hasOverdue: false };
  const { question } = availability;
  const hasOverdue = question.hosts.some(({ claims }) =>
    claims.some(({ expiresAt }) => expiresAt !== undefined && expiresAt <= question.now),
  );
  return { reasons: whyNot(question, booking.startsAt.getTime()), hasOverdue };
}

function held(booking: BookingRow, now: Date): Decided {
  const during = occupied(booking);
  const expiresAt = endOfNewHold(booking, now);
  const common = {
    at: now,
    actor: guest(booking),
    claim: { during, expiresAt, which: 'own' as const },
    hold: { outcome: 'held' as const, held: { at: now.toISOString(), until: expiresAt?.toISOString() ?? null } },
  };
  if (expiresAt)
    return {
      ...common,
      action: 'slot.held',
      detail: { startsAt: booking.startsAt, expiresAt },
      state: { status: 'held', heldAt: now, holdExpiresAt: expiresAt },
      facts: [slotHeld(booking, during, expiresAt)],
    };
  return {
    ...common,
    action: 'booking.confirmed',
    detail: { startsAt: booking.startsAt },
    state: { status: 'confirmed', heldAt: now, confirmedAt: now },
    facts: [slotHeld(booking, during, null), confirmedFact(booking, during)],
    mails: { kind: 'booking_confirmed', recipients: ['guest', 'host'] },
  };
}

function refused(now: Date, hold: HoldOutcome): Decided {
  return {
    at: now,
    actor: system,
    action: 'booking.refused',
    detail: { why: hold.outcome },
    state: { status: 'refused', endedAt: now },
    facts: [],
    hold,
  };
}

function decidedBefore(booking: BookingRow): HoldOutcome {
  if (booking.status === 'refused') return { outcome: 'slot_taken' };
  return booking.heldAt ? { outcome: 'held' } : { outcome: 'over' };
}

export const guest = (booking: BookingRow): Actor => ({ type: 'guest', id: booking.id, ip: null });

export function confirmedFact(booking: BookingRow, during: Occupied): FactInput {
  return {
    type: 'booking.confirmed',
    data: { during: asFact(during), startsAt: booking.startsAt.toISOString(), endsAt: booking.endsAt.toISOString() },
  };
}

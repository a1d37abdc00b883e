import type { Reason } from '#domain/slots/reasons.ts';
import { whyNot } from '#domain/slots/why.ts';
import type { Database, Transaction } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import { readAvailability } from '../queries/availability.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import { asFact, insertClaim, lockHostOf, occupied, overdueClaims, type Occupied } from '../queries/claims.ts';
import { requestMessages } from '../queries/messages.ts';
import type { FactInput } from '../queries/outbox.ts';
import { expireLocked } from './expire.ts';
import { record, setState } from './record.ts';
import { slotHeld } from './slot-facts.ts';

export type HoldOutcome =
  | { outcome: 'held' }
  | { outcome: 'slot_taken' }
  | { outcome: 'slot_not_offered'; reasons: readonly Reason[] }
  /** The request had been decided otherwise before (abandoned, canceled). */
  | { outcome: 'over' };

/**
 * Takes the time for a requested booking: held until its gates close, or confirmed at once when it has none. Offered times only; the
 * exclusion constraint has the last word. A repeat answers what was decided first.
 */
export async function holdSlot(database: Database, bookingId: string): Promise<HoldOutcome> {
  return database.transaction(async (tx) => {
    if (!(await lockHostOf(tx, bookingId))) throw new Error(`There is no booking ${bookingId} to hold a slot for.`);
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status !== 'requested') return decidedBefore(booking);
    const during = occupied(booking);
    await takeOverOverdue(tx, booking, during);
    const reasons = await reasonsAgainst(tx, booking);
    if (isOnlyTaken(reasons)) return refuse(tx, booking, now, { outcome: 'slot_taken' });
    if (reasons.length > 0) return refuse(tx, booking, now, { outcome: 'slot_not_offered', reasons });
    const hasGate = booking.ndaStatus !== 'not_required';
    const expiresAt = hasGate ? new Date(now.getTime() + booking.holdMinutes * 60_000) : null;
    if (!(await insertClaim(tx, booking, during, expiresAt)))
      return refuse(tx, booking, now, { outcome: 'slot_taken' });
    await (hasGate ? hold(tx, booking, now, during, expiresAt) : confirmAtOnce(tx, booking, now, during));
    return { outcome: 'held' };
  });
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

/** Why the booking's time is not offered now; its own claim is not in its way. */
export async function reasonsAgainst(tx: Transaction, booking: BookingRow): Promise<readonly Reason[]> {
  const durationMinutes = (booking.endsAt.getTime() - booking.startsAt.getTime()) / 60_000;
  const availability = await readAvailability(tx, { meetingTypeId: booking.meetingTypeId }, occupied(booking), {
    durationMinutes,
    exceptBookingId: booking.id,
  });
  if (!availability?.offersDuration) return [{ code: 'no_hosts' }];
  return whyNot(availability.question, booking.startsAt.getTime());
}

async function hold(
  tx: Transaction,
  booking: BookingRow,
  now: Date,
  during: Occupied,
  expiresAt: Date | null,
): Promise<void> {
  await setState(tx, booking.id, { status: 'held', heldAt: now, holdExpiresAt: expiresAt });
  await record(tx, booking, {
    at: now,
    actor: guest(booking),
    action: 'slot.held',
    detail: { startsAt: booking.startsAt, expiresAt },
    facts: [slotHeld(booking, during, expiresAt)],
  });
}

async function confirmAtOnce(tx: Transaction, booking: BookingRow, now: Date, during: Occupied): Promise<void> {
  await setState(tx, booking.id, { status: 'confirmed', heldAt: now, confirmedAt: now });
  const mails = await requestMessages(tx, {
    ...booking,
    bookingId: booking.id,
    kind: 'booking_confirmed',
    recipients: ['guest', 'host'],
  });
  await record(tx, booking, {
    at: now,
    actor: guest(booking),
    action: 'booking.confirmed',
    detail: { startsAt: booking.startsAt },
    facts: [slotHeld(booking, during, null), confirmedFact(booking, during), ...mails],
  });
}

async function refuse<T extends HoldOutcome>(tx: Transaction, booking: BookingRow, now: Date, outcome: T): Promise<T> {
  await setState(tx, booking.id, { status: 'refused', endedAt: now });
  await record(tx, booking, {
    at: now,
    actor: system,
    action: 'booking.refused',
    detail: { why: outcome.outcome },
    facts: [],
  });
  return outcome;
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

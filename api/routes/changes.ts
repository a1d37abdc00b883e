import { insertChangeRequest, type NewChangeRequest } from '#db/changes/requests.ts';
import { findBooking, type BookingRow } from '#db/queries/bookings.ts';
import { problems, type ProblemCode } from '#contract/problems.ts';
import type { ChangeOutcome } from '#workflows/booking/effects.ts';
import type { ApiParts } from '../parts.ts';
import { reasonsForGuests } from '../presenters/reasons.ts';
import { Refused } from '../problem.ts';

/** Writes down what is asked, has the workflow decide it, and turns a refusal into its problem. */
export async function askForChange(
  parts: ApiParts,
  request: Omit<NewChangeRequest, 'organizationId' | 'id'>,
  { idFor }: { idFor(purpose: string): string },
): Promise<void> {
  const booking = await bookingOf(parts, request.bookingId);
  const id = idFor(`change:${request.kind}:${request.bookingId}`);
  await insertChangeRequest(parts.database, parts.cipher, { ...request, id, organizationId: booking.organizationId });
  throwIfRefused(await parts.engine.change(booking, id));
}

export function throwIfRefused(outcome: ChangeOutcome): void {
  if (outcome.outcome === 'done') return;
  const code = outcome.code in problems ? (outcome.code as ProblemCode) : 'internal';
  const { context } = outcome;
  if (!context) throw new Refused(code);
  // Only guests are refused a time because it is not offered.
  const reasons = Array.isArray(context['reasons']) ? { reasons: reasonsForGuests(context['reasons']) } : {};
  throw new Refused(code, { context: { ...context, ...reasons } });
}

export async function bookingOf(parts: ApiParts, bookingId: string): Promise<BookingRow> {
  const booking = await findBooking(parts.database, bookingId);
  if (!booking) throw new Refused('not_found');
  return booking;
}

/** Where a booking shall move to: with the same length, unless another one is asked for. */
export function moveTo(
  booking: BookingRow,
  move: { startsAt: string; durationMinutes?: number | undefined },
): { startsAt: Date; endsAt: Date } {
  const startsAt = new Date(move.startsAt);
  const lengthMs = move.durationMinutes
    ? move.durationMinutes * 60_000
    : booking.endsAt.getTime() - booking.startsAt.getTime();
  return { startsAt, endsAt: new Date(startsAt.getTime() + lengthMs) };
}

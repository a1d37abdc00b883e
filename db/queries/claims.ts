import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import type { BookingRow } from './bookings.ts';

export const occupiedRow = z.object({ from: z.date(), to: z.date() });
export type Occupied = z.infer<typeof occupiedRow>;

/** What a booking occupies: its time with its buffers, half-open. */
export function occupied(
  booking: Pick<BookingRow, 'startsAt' | 'endsAt' | 'bufferBeforeMinutes' | 'bufferAfterMinutes'>,
): Occupied {
  return {
    from: new Date(booking.startsAt.getTime() - booking.bufferBeforeMinutes * 60_000),
    to: new Date(booking.endsAt.getTime() + booking.bufferAfterMinutes * 60_000),
  };
}

export const asFact = ({ from, to }: Occupied): { from: string; to: string } => ({
  from: from.toISOString(),
  to: to.toISOString(),
});

/** A booking's own time, or the one that it would move to once its NDA is signed anew. */
export type WhichClaim = 'own' | 'move';

/** Whether the claim was got: the exclusion constraint decides, and says no without an error. */
export async function insertClaim(
  tx: Queryable,
  booking: BookingRow,
  during: Occupied,
  expiresAt: Date | null,
  which: WhichClaim = 'own',
): Promise<boolean> {
  const id = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    ${insertOfClaim(booking, { during, expiresAt, which })} on conflict do nothing returning id`);
  return id !== null;
}

export type NewClaim = { during: Occupied; expiresAt: Date | null; which: WhichClaim };

/** As a part of a statement, which fails as a whole where the time is taken (db/errors.ts: `slot_taken`). */
export function insertOfClaim(booking: BookingRow, { during, expiresAt, which }: NewClaim) {
  return sql.fragment`
    insert into claim (organization_id, host_id, session_id, booking_id, during, expires_at, is_move)
    values (${booking.organizationId}, ${booking.hostId}, ${booking.sessionId}, ${booking.id},
      tstzrange(${during.from.toISOString()}, ${during.to.toISOString()}), ${expiresAt?.toISOString() ?? null}, ${which === 'move'})`;
}

/** @returns what was occupied until now: nothing, or one time for each host. */
export async function endClaims(
  tx: Queryable,
  bookingId: string,
  which: WhichClaim = 'own',
): Promise<readonly Occupied[]> {
  return tx.any(sql.type(occupiedRow)`
    update claim set is_live = false where booking_id = ${bookingId} and is_live and is_move = ${which === 'move'} returning lower(during) as "from", upper(during) as "to"`);
}

/** A new end for the claim's hold; null: it stays until somebody ends it. */
export async function setClaimExpiry(tx: Queryable, bookingId: string, expiresAt: Date | null): Promise<void> {
  await tx.query(
    sql.unsafe`update claim set expires_at = ${expiresAt?.toISOString() ?? null} where booking_id = ${bookingId} and is_live`,
  );
}

/** Bookings whose hold has run out but still stand in the way: a dead worker must not block a slot. */
export async function overdueClaims(tx: Queryable, hostId: string, during: Occupied): Promise<readonly string[]> {
  return tx.anyFirst(sql.type(z.object({ bookingId: z.string() }))`
    select booking_id as "bookingId" from claim
    where host_id = ${hostId} and is_live and during && tstzrange(${during.from.toISOString()}, ${during.to.toISOString()})
      and expires_at <= clock_timestamp()`);
}

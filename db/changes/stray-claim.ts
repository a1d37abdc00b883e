import { pendingMoveOf } from '#domain/booking/moves.ts';
import { isLive } from '#domain/booking/states.ts';
import type { Database } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { endClaims } from '../queries/claims.ts';
import { releaseClaim } from './expire.ts';
import { record } from './record.ts';
import { slotReleased } from './slot-facts.ts';

/** A claim that outlived its booking, or its move, lets the host's time go, and everybody is told; one that is needed stays. */
export async function releaseStrayClaim(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const own = isLive(booking.status) ? [] : await releaseClaim(tx, booking, 'abandoned');
    // Where the move would have led is not on record any more: what was occupied is told as it was.
    const left = isLive(booking.status) && pendingMoveOf(booking) ? [] : await endClaims(tx, bookingId, 'move');
    const move = left.map((during) => slotReleased({ startsAt: during.from, endsAt: during.to }, during, 'abandoned'));
    const released = [...own, ...move];
    if (released.length === 0) return;
    await record(tx, booking, { at: now, actor: system, action: 'claim.mended', facts: released });
  });
}

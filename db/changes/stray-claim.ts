import { isLive } from '#domain/booking/states.ts';
import type { Database } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { releaseClaim } from './expire.ts';
import { record } from './record.ts';

/** A claim that outlived its booking lets the host's time go, and everybody is told; one of a live booking stays. */
export async function releaseStrayClaim(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (isLive(booking.status)) return;
    const released = await releaseClaim(tx, booking, 'abandoned');
    if (released.length === 0) return;
    await record(tx, booking, { at: now, actor: system, action: 'claim.mended', facts: released });
  });
}

import { sql } from 'slonik';
import type { Database } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { setClaimExpiry } from '../queries/claims.ts';
import { record, setState } from './record.ts';

/** A step keeps failing: say so where operators look. A guest who cannot sign yet loses no time: the hold stands still meanwhile. */
export async function flagAttention(
  database: Database,
  bookingId: string,
  attention: { step: string; reason: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.attention?.step === attention.step && booking.attention.reason === attention.reason) return;
    if (booking.status === 'held' && (booking.ndaStatus === 'pending' || booking.ndaStatus === 'created')) {
      await setClaimExpiry(tx, bookingId, null);
      await setState(tx, bookingId, { holdExpiresAt: null });
    }
    await tx.query(sql.unsafe`
      update booking set attention = ${JSON.stringify(attention)}::jsonb, attention_since = coalesce(attention_since, ${now.toISOString()}) where id = ${bookingId}`);
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'booking.attention',
      detail: attention,
      facts: [{ type: 'booking.attention', data: attention }],
    });
  });
}

export async function clearAttention(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (!booking.attention) return;
    const { step } = booking.attention;
    await tx.query(sql.unsafe`update booking set attention = null, attention_since = null where id = ${bookingId}`);
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'booking.recovered',
      detail: { step },
      facts: [{ type: 'booking.recovered', data: { step } }],
    });
  });
}

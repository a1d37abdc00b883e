import type { Database } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { requestMessages } from '../queries/messages.ts';
import { endClaims } from '../queries/claims.ts';
import { supersedeMails } from './mail.ts';
import { record } from './record.ts';

/** What time brings: a reminder is due. */
export async function remind(database: Database, bookingId: string, minutes: number): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status !== 'confirmed' || now >= booking.startsAt) return;
    const mails = await requestMessages(tx, {
      ...booking,
      bookingId,
      kind: 'reminder',
      recipients: ['guest', 'host'],
      part: String(minutes),
    });
    if (mails.length === 0) return;
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'booking.reminded',
      detail: { minutes },
      facts: mails,
    });
  });
}

/** The meeting's time is over. The claim has done its work: time that has passed needs no guard. */
export async function completeBooking(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status !== 'confirmed' || now < booking.endsAt) return;
    await endClaims(tx, bookingId);
    const overtaken = await supersedeMails(tx, { ...booking, status: 'completed' }, now);
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'booking.completed',
      state: { status: 'completed', endedAt: now },
      facts: [{ type: 'booking.completed', data: { startsAt: booking.startsAt.toISOString() } }, ...overtaken],
    });
  });
}

/** A request that no workflow took in time is over: nobody was told anything, nothing is held. */
export async function abandonRequest(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status !== 'requested') return;
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'booking.abandoned',
      state: { status: 'refused', endedAt: now },
      facts: [],
    });
  });
}

import { mayMarkNoShow } from '#domain/booking/transitions.ts';
import type { Database } from '../pool.ts';
import { system, type Actor } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { requestMessages } from '../queries/messages.ts';
import { endClaims } from '../queries/claims.ts';
import { refused } from './apply.ts';
import { supersedeMails } from './mail.ts';
import { leaveMove } from './move.ts';
import { record, setState } from './record.ts';
import type { ChangeOutcome } from './requests.ts';

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
    await setState(tx, bookingId, { status: 'completed', endedAt: now });
    await endClaims(tx, bookingId);
    const overtaken = await supersedeMails(tx, { ...booking, status: 'completed' }, now);
    await record(tx, booking, {
      at: now,
      actor: system,
      action: 'booking.completed',
      facts: [{ type: 'booking.completed', data: { startsAt: booking.startsAt.toISOString() } }, ...overtaken],
    });
  });
}

/** The host says that the guest did not come. */
export async function markNoShow(database: Database, bookingId: string, actor: Actor): Promise<ChangeOutcome> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status === 'no_show') return { outcome: 'done' };
    const decision = mayMarkNoShow(booking, now);
    if (!decision.allowed) return refused(decision);
    await setState(tx, bookingId, { status: 'no_show', endedAt: booking.endedAt ?? now });
    await endClaims(tx, bookingId);
    const { released } = await leaveMove(tx, booking, 'released');
    await record(tx, booking, {
      at: now,
      actor,
      action: 'booking.no_show',
      facts: [...released, { type: 'booking.no_show', data: { startsAt: booking.startsAt.toISOString() } }],
    });
    return { outcome: 'done' };
  });
}

/** A request that no workflow took in time is over: nobody was told anything, nothing is held. */
export async function abandonRequest(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (booking.status !== 'requested') return;
    await setState(tx, bookingId, { status: 'refused', endedAt: now });
    await record(tx, booking, { at: now, actor: system, action: 'booking.abandoned', facts: [] });
  });
}

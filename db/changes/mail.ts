import type { Database } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking } from '../queries/bookings.ts';
import { lockMessage, markMessage } from '../queries/messages.ts';
import { record } from './record.ts';

type Delivery =
  | { outcome: 'sent'; provider: string; providerMessageId: string }
  | { outcome: 'failed'; provider: string; failure: string };

/** What became of a mail; the first word counts. */
export async function mailDelivered(
  database: Database,
  bookingId: string,
  messageId: string,
  delivery: Delivery,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const message = await lockMessage(tx, messageId);
    if (message.status !== 'requested') return;
    const { outcome, ...rest } = delivery;
    await markMessage(tx, messageId, { status: outcome, ...rest } as Parameters<typeof markMessage>[2]);
    if (message.recipient === 'account') throw new Error(`Message ${messageId} is about no booking.`);
    const data = { messageId, kind: message.kind, recipient: message.recipient };
    await record(tx, booking, {
      at: now,
      actor: system,
      action: outcome === 'sent' ? 'mail.sent' : 'mail.failed',
      detail: data,
      facts: [{ type: outcome === 'sent' ? 'notify.email.sent' : 'notify.email.failed', data }],
    });
  });
}

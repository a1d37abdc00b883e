import { mailNews } from '#db/changes/mail.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { findMessageByKey, settleMessage, type MessageRow } from '#db/queries/messages.ts';
import { insertReceipt, markHandedOn } from '#db/queries/webhooks.ts';
import { saysMore } from '#domain/booking/mails.ts';
import { withoutAddresses } from '#domain/privacy/without-addresses.ts';
import type { MailEvent } from '#integrations/mail/postmark-webhook.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import { bury, unreadable, type Received } from './dead-letters.ts';

const provider = 'postmark';
const source = `mail:${provider}`;

type Headers = Readonly<Record<string, string | undefined>>;

/** What the mail provider says of a mail that left through it. */
export async function receiveMailNews(parts: ApiParts, rawBody: Uint8Array, headers: Headers): Promise<Received> {
  const reading = parts.readMailWebhook?.(rawBody, headers);
  switch (reading?.outcome) {
    case undefined:
      throw new Refused('not_found');
    case 'forged':
      parts.log.warn({ provider, reason: reading.reason }, 'a forged webhook was refused');
      throw new Refused('webhook_forged');
    case 'ignored':
      return { status: 'ignored' };
    case 'unreadable':
      return bury(parts, unreadable(source, rawBody, reading.reason));
    case 'event':
      return handOnMailNews(parts, reading.event);
  }
}

/** Stores news once and writes what they mean; a repeat of what was cut off in between is written then. */
export async function handOnMailNews(parts: ApiParts, event: MailEvent): Promise<Received> {
  const message = event.messageKey === null ? null : await findMessageByKey(parts.database, event.messageKey);
  if (!message) {
    const reason = 'No mail of ours has this key.';
    return bury(parts, { source, sourceId: event.eventId, reason, payload: { event } });
  }
  const isNew = await insertReceipt(parts.database, {
    provider,
    eventId: event.eventId,
    eventType: event.type,
    occurredAt: event.occurredAt,
    organizationId: message.organizationId,
    bookingId: message.bookingId,
    detail: null,
  });
  await apply(parts, message, event);
  await markHandedOn(parts.database, provider, event.eventId);
  return { status: isNew ? 'accepted' : 'repeated' };
}

async function apply({ database, engine, log }: ApiParts, message: MessageRow, event: MailEvent): Promise<void> {
  const { type: what, providerMessageId, isPassing } = event;
  const reason = event.description === '' ? null : withoutAddresses(event.description, [event.recipient]);
  const { bookingId } = message;
  if (bookingId === null) {
    if (isPassing || !saysMore(what, message.status)) return;
    const failure = what === 'delivered' ? null : reason;
    return settleMessage(database, message.id, { status: what, provider, providerMessageId, failure });
  }
  await mailNews(database, bookingId, message.id, { what, provider, providerMessageId, reason, isPassing });
  const booking = await findBooking(database, bookingId);
  // So that its facts leave at once; the sweep comes after whatever fails here.
  if (booking) {
    await engine
      .nudge(booking)
      .catch((error: unknown) => log.warn({ error }, 'news of a mail are stored, the sweep will tell of them'));
  }
}

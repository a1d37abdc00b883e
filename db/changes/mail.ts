import { sql } from 'slonik';
import { isStillTrue, needsAddress, saysMore, type BookingMailKind, type MailFacts } from '#domain/booking/mails.ts';
import { isMoving } from '#domain/booking/moves.ts';
import type { Database, Transaction } from '../pool.ts';
import { system } from '../queries/audit.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import {
  lockMessage,
  markHandedOver,
  noteMailDelay,
  settleMessage,
  waitingMessagesOf,
  type HandedOver,
  type MessageRow,
  type Recipient,
} from '../queries/messages.ts';
import type { FactInput } from '../queries/outbox.ts';
import { record, type Change } from './record.ts';

/** `documentId`: the document that left with it. */
export type Delivery = HandedOver & { documentId: string | null };

/** What became of mails about a booking when they were handed over: the first word about each counts. */
export async function mailsHandedOver(
  database: Database,
  bookingId: string,
  deliveries: readonly Delivery[],
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const settled = await markHandedOver(tx, deliveries);
    if (settled.some(({ status, recipient }) => status !== 'sent' && recipient === 'guest'))
      await noteAddressTrouble(tx, booking, 'failed', now);
    const records = settled.map((message) => {
      const isSent = message.status === 'sent';
      const delivery = deliveries.find(({ messageId }) => messageId === message.id);
      return mailRecord(message, isSent ? 'sent' : 'failed', isSent ? delivery?.documentId : null);
    });
    await recordMails(tx, booking, records, { at: now, actor: system });
  });
}

export type MailNews = {
  what: 'delivered' | 'bounced' | 'complained';
  provider: string;
  providerMessageId: string;
  /** The provider's words, where there is something to say. */
  reason: string | null;
  /** The provider goes on trying: nothing is decided. */
  isPassing: boolean;
};

/** What the mail provider says of a mail after it has left. A repeat, and what says less than is known, changes nothing. */
export async function mailNews(
  database: Database,
  bookingId: string,
  messageId: string,
  news: MailNews,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const message = await lockMessage(tx, messageId);
    if (!saysMore(news.what, message.status)) return;
    if (news.isPassing) {
      if (message.status === 'sent') await noteMailDelay(tx, messageId, news.reason);
      return;
    }
    const { what: status, provider, providerMessageId, reason } = news;
    await settleMessage(tx, messageId, {
      status,
      provider,
      providerMessageId,
      failure: status === 'delivered' ? null : reason,
    });
    if (message.recipient === 'guest') {
      await (status === 'delivered'
        ? clearAddressTrouble(tx, bookingId)
        : noteAddressTrouble(tx, booking, status, now));
    }
    const actor = { type: 'provider', id: provider, ip: null } as const;
    await recordMails(tx, booking, [mailRecord(message, status)], { at: now, actor });
  });
}

type MailRecord = Pick<Change, 'action' | 'detail'> & { fact: FactInput };

function mailRecord(
  { id, kind, recipient }: MessageRow,
  what: 'sent' | 'failed' | MailNews['what'],
  documentId: string | null = null,
): MailRecord {
  if (recipient === 'account') throw new Error(`Message ${id} is about no booking.`);
  const data = { messageId: id, kind, recipient };
  return {
    action: `mail.${what}`,
    detail: { ...data, ...(documentId !== null && { documentId }) },
    fact: { type: `notify.email.${what}`, data },
  };
}

/** What became of several mails at one moment, in one statement. */
async function recordMails(
  tx: Transaction,
  booking: BookingRow,
  [first, ...further]: readonly MailRecord[],
  by: Pick<Change, 'at' | 'actor'>,
): Promise<void> {
  if (!first) return;
  const facts = [first, ...further].map(({ fact }) => fact);
  await record(tx, booking, { ...by, ...first, further, facts });
}

async function noteAddressTrouble(
  tx: Transaction,
  booking: BookingRow,
  trouble: 'failed' | 'bounced' | 'complained',
  now: Date,
): Promise<void> {
  if (!needsAddress(booking.status)) return;
  await tx.query(sql.unsafe`
    update booking set address_trouble = ${trouble}, address_trouble_since = coalesce(address_trouble_since, ${now.toISOString()})
    where id = ${booking.id}`);
}

export async function clearAddressTrouble(tx: Transaction, bookingId: string): Promise<void> {
  await tx.query(
    sql.unsafe`update booking set address_trouble = null, address_trouble_since = null where id = ${bookingId} and address_trouble is not null`,
  );
}

/** The same for mails that were about to leave, should a change have missed them. */
export async function supersedeOvertaken(database: Database, bookingId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const facts = await supersedeMails(tx, booking, now);
    if (facts.length > 0) await record(tx, booking, { at: now, actor: system, action: 'mail.superseded', facts });
  });
}

/** A booking as the rules about mails see it. */
export function mailFacts(booking: BookingRow): MailFacts {
  return { ...booking, moving: isMoving(booking) };
}

/**
 * Marks what waits to leave and is no longer so, in the transaction that overtook it. @param booking as it is after the change.
 * @returns the facts that tell of it, for the caller's record.
 */
export async function supersedeMails(tx: Transaction, booking: BookingRow, now: Date): Promise<FactInput[]> {
  const facts: FactInput[] = [];
  for (const { id, kind, recipient, sequence } of await waitingMessagesOf(tx, booking.id)) {
    const mail = { kind: kind as BookingMailKind, sequence };
    if (isStillTrue(mail, mailFacts(booking), now)) continue;
    await settleMessage(tx, id, { status: 'superseded', failure: null });
    facts.push({ type: 'notify.email.superseded', data: { messageId: id, kind, recipient: recipient as Recipient } });
  }
  return facts;
}

import { sql } from 'slonik';
import { isStillTrue, needsAddress, saysMore, type BookingMailKind, type MailFacts } from '#domain/booking/mails.ts';
import { isMoving } from '#domain/booking/moves.ts';
import { bookingStatuses } from '#domain/booking/states.ts';
import { fewOf } from '../few.ts';
import type { Database, Transaction } from '../pool.ts';
import { appendOf, system } from '../queries/audit.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import {
  lockMessage,
  noteMailDelay,
  settleMessage,
  updateOfHandedOver,
  waitingMessagesOf,
  type HandedOver,
  type MessageRow,
  type Recipient,
  type WaitingMail,
} from '../queries/messages.ts';
import { insertOfFacts, type FactInput } from '../queries/outbox.ts';
import { record, type Change } from './record.ts';

/** `documentId`: the document that left with it. */
export type Delivery = HandedOver & { mail: WaitingMail; documentId: string | null };

/**
 * What became of mails about a booking when they were handed over, in one statement: the first word about each counts, and is told of.
 * @param booking as it was read: of it only what never changes
 */
export async function mailsHandedOver(
  database: Database,
  booking: BookingRow,
  deliveries: readonly Delivery[],
  at: Date,
): Promise<void> {
  const about = { ...booking, bookingId: booking.id };
  const records = deliveries.map((delivery) => {
    const isSent = delivery.outcome === 'sent';
    return mailRecord(delivery.mail, isSent ? 'sent' : 'failed', isSent ? delivery.documentId : null);
  });
  const entries = records.map(({ messageId, action, detail }) => {
    const append = appendOf({ ...about, at, actor: system, action, detail });
    return sql.fragment`case when ${oneIsAmongMails([messageId])} then ${append} end`;
  });
  const facts = records.map(({ fact }) => fact);
  const lost = deliveries.filter(({ outcome, mail }) => outcome === 'failed' && mail.recipient === 'guest');
  await database.query(sql.unsafe`
    with locked as (select from booking where id = ${booking.id} for update),
      mails as (${updateOfHandedOver(deliveries, 'locked')}),
      ${lost.length > 0 ? sql.fragment`trouble as (${addressFailed(booking.id, lost, at)}),` : sql.fragment``}
      facts as (${insertOfFacts(about, at, [], facts)})
    select ${sql.join(entries, sql.fragment`, `)}`);
}

const oneIsAmongMails = (messageIds: readonly string[]) =>
  sql.fragment`exists (select from mails where mails.id in ${fewOf(messageIds, 'uuid')})`;

function addressFailed(bookingId: string, lost: readonly Delivery[], at: Date) {
  const messageIds = lost.map(({ messageId }) => messageId);
  const statuses = bookingStatuses.filter(needsAddress).map((status) => sql.fragment`${status}`);
  return sql.fragment`
    ${updateOfAddressTrouble(bookingId, 'failed', at)}
      and status in (${sql.join(statuses, sql.fragment`, `)}) and ${oneIsAmongMails(messageIds)}`;
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
    const { fact, action, detail } = mailRecord(message, status);
    await record(tx, booking, { at: now, actor, action, detail, facts: [fact] });
  });
}

type MailRecord = Required<Pick<Change, 'action' | 'detail'>> & { messageId: string; fact: FactInput };

function mailRecord(
  { id: messageId, kind, recipient }: Pick<MessageRow, 'id' | 'kind' | 'recipient'>,
  what: 'sent' | 'failed' | MailNews['what'],
  documentId: string | null = null,
): MailRecord {
  if (recipient === 'account') throw new Error(`Message ${messageId} is about no booking.`);
  const data = { messageId, kind, recipient };
  return {
    messageId,
    action: `mail.${what}`,
    detail: { ...data, ...(documentId !== null && { documentId }) },
    fact: { type: `notify.email.${what}`, data },
  };
}

async function noteAddressTrouble(
  tx: Transaction,
  booking: BookingRow,
  trouble: 'failed' | 'bounced' | 'complained',
  now: Date,
): Promise<void> {
  if (needsAddress(booking.status)) await tx.query(sql.unsafe`${updateOfAddressTrouble(booking.id, trouble, now)}`);
}

function updateOfAddressTrouble(bookingId: string, trouble: 'failed' | 'bounced' | 'complained', at: Date) {
  return sql.fragment`
    update booking set address_trouble = ${trouble}, address_trouble_since = coalesce(address_trouble_since, ${at.toISOString()})
    where id = ${bookingId}`;
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

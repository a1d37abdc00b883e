import { mailFacts, mailsHandedOver, supersedeOvertaken, type Delivery } from '#db/changes/mail.ts';
import { gathering } from '#db/gathering.ts';
import { readMailingContext, type MailingContext } from '#db/queries/booking-context.ts';
import { noWording, readChangeOf } from '#db/queries/change-requests.ts';
import { documentOf, type DocumentRow } from '#db/queries/documents.ts';
import {
  markHandedOver,
  supersedeWaiting,
  waitingAmong,
  type HandedOver,
  type MessageRow,
} from '#db/queries/messages.ts';
import { isStillTrue, type BookingMailKind } from '#domain/booking/mails.ts';
import { withoutAddresses } from '#domain/privacy/without-addresses.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import { accountMail } from './account-mail.ts';
import { bookingMail } from './booking-mail.ts';
import { vaultContext } from './create-agreement.ts';
import type { Parts } from './parts.ts';

/**
 * Composes and sends mails that were asked for, side by side: one that cannot leave now keeps no other from leaving. What has left, was refused
 * for good, or was overtaken is not sent.
 * @throws what kept one of them, after all were tried: a repeat sends only what has not left.
 */
export async function sendMails(parts: Parts, messageIds: readonly string[]): Promise<void> {
  const waiting = await waitingAmong(parts.database, messageIds);
  const byBooking = Map.groupBy(waiting, ({ bookingId }) => bookingId);
  await allOf(
    [...byBooking].map(([bookingId, messages]) =>
      bookingId === null
        ? allOf(messages.map((message) => sendAccountMail(parts, message)))
        : sendBookingMails(parts, bookingId, messages),
    ),
  );
}

/** What leaves at about the same moment is written down together; nobody waits long for a slower one. */
const momentMs = 20;

async function sendBookingMails(parts: Parts, bookingId: string, messages: readonly MessageRow[]): Promise<void> {
  const { database, facts } = parts;
  const handedOver = gathering(async (deliveries: readonly Delivery[]) => {
    await mailsHandedOver(database, bookingId, deliveries);
    facts.soon(bookingId);
    return deliveries.map(() => undefined);
  }, momentMs);
  const { leaving, write, document, isOvertaken } = await prepare(parts, bookingId, messages);
  if (isOvertaken) {
    await supersedeOvertaken(database, bookingId);
    facts.soon(bookingId);
  }
  await allOf(
    leaving.map(async (message) => {
      const documentId = carriesDocument.has(message.kind) ? (document?.id ?? null) : null;
      await handedOver({ ...(await handOver(parts, write(message))), documentId });
    }),
  );
}

type Prepared = {
  /** Those that still say what is so. */
  leaving: readonly MessageRow[];
  write(message: MessageRow): OutgoingMail;
  /** What is attached to those that carry it, which the trail says of their sending. */
  document: DocumentRow | null;
  /** Whether there are others. */
  isOvertaken: boolean;
};

/** The booking is read when nothing slow comes any more: a change in the meantime is seen, and what it overtook does not leave. */
async function prepare(parts: Parts, bookingId: string, messages: readonly MessageRow[]): Promise<Prepared> {
  const { database, cipher } = parts;
  const read = () => readMailingContext(database, cipher, bookingId);
  const wording = messages.some(({ kind }) => tellsOfChange.has(kind))
    ? await readChangeOf(database, cipher, bookingId)
    : noWording;
  const before = await read();
  const document =
    before.template !== null && messages.some(({ kind }) => carriesDocument.has(kind))
      ? await documentOf(database, bookingId, 'signed')
      : null;
  const attachments = document ? [await attached(parts, document)] : [];
  const context = document ? await read() : before;
  const waiting = messages.filter(({ id }) => context.waitingMessageIds.includes(id));
  const leaving = waiting.filter((message) => isSo(message, context));
  const write = (message: MessageRow): OutgoingMail => ({
    ...bookingMail({ parts, message, context, wording, now: context.now }),
    attachments: carriesDocument.has(message.kind) ? attachments : [],
  });
  return { leaving, write, document, isOvertaken: leaving.length < waiting.length };
}

function isSo({ kind, sequence }: MessageRow, { booking, now }: MailingContext): boolean {
  return isStillTrue({ kind: kind as BookingMailKind, sequence }, mailFacts(booking), now);
}

/** Their text says who ended or moved the meeting, from when, or in which words. */
const tellsOfChange: ReadonlySet<string> = new Set([
  'booking_canceled',
  'booking_rescheduled',
  'booking_declined',
  'move_ended',
]);

/** Their text says that the signed PDF is attached. */
const carriesDocument: ReadonlySet<string> = new Set(['booking_confirmed', 'booking_rescheduled']);

async function attached(
  parts: Parts,
  document: DocumentRow,
): Promise<NonNullable<OutgoingMail['attachments']>[number]> {
  const content = await parts.vault.read(document, vaultContext(document.organizationId, document.id));
  return { filename: `${document.title}.pdf`, contentType: 'application/pdf', content };
}

async function sendAccountMail(parts: Parts, message: MessageRow): Promise<void> {
  const mail = accountMail(parts, message);
  if (mail) await markHandedOver(parts.database, [await handOver(parts, mail)]);
  else await supersedeWaiting(parts.database, message.id);
}

async function handOver({ mailer }: Parts, mail: OutgoingMail): Promise<HandedOver> {
  const sent = await mailer.send(mail);
  const common = { messageId: mail.messageKey, provider: mailer.name };
  return sent.outcome === 'sent'
    ? { ...common, outcome: 'sent', providerMessageId: sent.providerMessageId }
    : { ...common, outcome: 'failed', failure: withoutAddresses(sent.reason, [mail.to.address]) };
}

/** Until each has ended. @throws the first failure. */
async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

import { mailFacts, mailsHandedOver, supersedeOvertaken, type Delivery } from '#db/changes/mail.ts';
import { gathering } from '#db/gathering.ts';
import { readMailingContext, type MailingContext } from '#db/queries/booking-context.ts';
import type { BookingRow } from '#db/queries/bookings.ts';
import { noWording, readChangeOf } from '#db/queries/change-requests.ts';
import { documentOf, type DocumentRow } from '#db/queries/documents.ts';
import {
  accountMailHandedOver,
  supersedeWaiting,
  waitingAmong,
  type HandedOver,
  type MessageRow,
  type WaitingMail,
} from '#db/queries/messages.ts';
import { isStillTrue } from '#domain/booking/mails.ts';
import { withoutAddresses } from '#domain/privacy/without-addresses.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import { accountMail } from './account-mail.ts';
import { bookingMail } from './booking-mail.ts';
import { vaultContext } from './create-agreement.ts';
import type { Parts } from './parts.ts';

/**
 * Composes and sends mails about a booking that were asked for, side by side: one that cannot leave now keeps no other from leaving. What has left,
 * was refused for good, or was overtaken is not sent.
 * @throws what kept one of them, after all were tried: a repeat sends only what has not left.
 */
export async function sendBookingMails(parts: Parts, bookingId: string, messageIds: readonly string[]): Promise<void> {
  const { database, facts, clock } = parts;
  const { booking, leaving, write, document, isOvertaken } = await prepare(parts, bookingId, messageIds);
  if (isOvertaken) {
    await supersedeOvertaken(database, bookingId);
    facts.soon(bookingId);
  }
  const handedOver = gathering(async (deliveries: readonly Delivery[]) => {
    await mailsHandedOver(database, booking, deliveries, clock.now());
    facts.soon(bookingId);
    return deliveries.map(() => undefined);
  }, momentMs);
  await allOf(
    leaving.map(async (mail) => {
      const documentId = carriesDocument.has(mail.kind) ? (document?.id ?? null) : null;
      await handedOver({ ...(await handOver(parts, write(mail))), mail, documentId });
    }),
  );
}

/** The same for mails that are about no booking. */
export async function sendAccountMails(parts: Parts, messageIds: readonly string[]): Promise<void> {
  const waiting = await waitingAmong(parts.database, messageIds);
  await allOf(waiting.map((message) => sendAccountMail(parts, message)));
}

/** What leaves at about the same moment is written down together; nobody waits long for a slower one. */
const momentMs = 20;

type Prepared = {
  booking: BookingRow;
  /** Those that still say what is so. */
  leaving: readonly WaitingMail[];
  write(mail: WaitingMail): OutgoingMail;
  /** What is attached to those that carry it, which the trail says of their sending. */
  document: DocumentRow | null;
  /** Whether there are others. */
  isOvertaken: boolean;
};

/** The booking is read when nothing slow comes any more: a change in the meantime is seen, and what it overtook does not leave. */
async function prepare(parts: Parts, bookingId: string, messageIds: readonly string[]): Promise<Prepared> {
  const { database, cipher } = parts;
  const read = () => readMailingContext(database, cipher, bookingId);
  const askedIn = ({ waiting }: MailingContext) => waiting.filter(({ id }) => messageIds.includes(id));
  const before = await read();
  const isAskedFor = (kinds: ReadonlySet<string>) => askedIn(before).some(({ kind }) => kinds.has(kind));
  const wording = isAskedFor(tellsOfChange) ? await readChangeOf(database, cipher, bookingId) : null;
  const document =
    before.template !== null && isAskedFor(carriesDocument) ? await documentOf(database, bookingId, 'signed') : null;
  const attachments = document ? [await attached(parts, document)] : [];
  const context = wording || document ? await read() : before;
  const waiting = askedIn(context);
  const leaving = waiting.filter((mail) => isSo(mail, context));
  const write = (mail: WaitingMail): OutgoingMail => ({
    ...bookingMail({ parts, mail, context, wording: wording ?? noWording, now: context.now }),
    attachments: carriesDocument.has(mail.kind) ? attachments : [],
  });
  return { booking: context.booking, leaving, write, document, isOvertaken: leaving.length < waiting.length };
}

function isSo({ kind, sequence }: WaitingMail, { booking, now }: MailingContext): boolean {
  return isStillTrue({ kind, sequence }, mailFacts(booking), now);
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
  if (mail) await accountMailHandedOver(parts.database, await handOver(parts, mail));
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

import { mailDelivered, mayLeave } from '#db/changes/mail.ts';
import { readBookingContext } from '#db/queries/booking-context.ts';
import { documentOf, type DocumentRow } from '#db/queries/documents.ts';
import { findMessage, markMessage, type MessageRow } from '#db/queries/messages.ts';
import { readChangeOf } from '#db/queries/change-requests.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import { accountMail } from './account-mail.ts';
import { bookingMail } from './booking-mail.ts';
import { vaultContext } from './create-agreement.ts';
import type { Parts } from './parts.ts';

/** Composes and sends one mail that was asked for. One that has left, was refused for good, or was overtaken is not sent. */
export async function sendMail(parts: Parts, messageId: string): Promise<void> {
  const message = await findMessage(parts.database, messageId);
  if (message.status !== 'requested') return;
  if (message.bookingId === null) return sendAccountMail(parts, message);
  const { bookingId } = message;
  const { mail, documentId } = await compose(parts, message, bookingId);
  // Last, so that a change in the meantime is seen: what was overtaken does not leave.
  if (!(await mayLeave(parts.database, bookingId, messageId))) return parts.facts.soon(bookingId);
  const { name: provider } = parts.mailer;
  const outcome = await parts.mailer.send(mail);
  if (outcome.outcome === 'sent') {
    await mailDelivered(parts.database, bookingId, messageId, {
      outcome: 'sent',
      provider,
      providerMessageId: outcome.providerMessageId,
      documentId,
    });
  } else {
    await mailDelivered(parts.database, bookingId, messageId, { outcome: 'failed', provider, failure: outcome.reason });
  }
  parts.facts.soon(bookingId);
}

type Composed = {
  mail: OutgoingMail;
  /** What is attached to it, which the trail says of the sending. */
  documentId: string | null;
};

async function compose(parts: Parts, message: MessageRow, bookingId: string): Promise<Composed> {
  const context = await readBookingContext(parts.database, parts.cipher, bookingId);
  const wording = await readChangeOf(parts.database, parts.cipher, bookingId);
  const mail = bookingMail({ parts, message, context, wording, now: parts.clock.now() });
  const document = carriesDocument.has(message.kind)
    ? await documentOf(parts.database, context.booking.id, 'signed')
    : null;
  const attachments = document ? [await attached(parts, document)] : [];
  return { mail: { ...mail, attachments }, documentId: document?.id ?? null };
}

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
  const outcome = await parts.mailer.send(accountMail(parts, message));
  const { name: provider } = parts.mailer;
  await markMessage(
    parts.database,
    message.id,
    outcome.outcome === 'sent'
      ? { status: 'sent', provider, providerMessageId: outcome.providerMessageId }
      : { status: 'failed', provider, failure: outcome.reason },
  );
}

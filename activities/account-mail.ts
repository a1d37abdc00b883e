import { z } from 'zod';
import type { MessageRow } from '#db/queries/messages.ts';
import { composeMail } from '#integrations/mail/compose/compose.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import type { Parts } from './parts.ts';

const payload = z.object({
  address: z.string(),
  recipientName: z.string(),
  organizationName: z.string(),
  locale: z.string(),
  expiresInMinutes: z.number(),
  url: z.string(),
});

/** A mail about an account: verification of an address, reset of a password. */
export function accountMail(parts: Parts, message: MessageRow): OutgoingMail {
  if (!message.payload) throw new Error(`Message ${message.id} says nothing.`);
  const { address, url, ...data } = payload.parse(JSON.parse(parts.cipher.open(message.payload, 'message.payload')));
  const composed =
    message.kind === 'reset_password'
      ? composeMail('reset_password', { ...data, resetUrl: url })
      : composeMail('verify_email', { ...data, verifyUrl: url });
  return {
    ...composed,
    messageKey: message.id,
    from: parts.mailFrom,
    to: { name: data.recipientName, address },
    attachments: [],
  };
}

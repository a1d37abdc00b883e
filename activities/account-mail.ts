import { z } from 'zod';
import { securityChanges, type MessageRow } from '#db/queries/messages.ts';
import { composeMail } from '#integrations/mail/compose/compose.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import type { Parts } from './parts.ts';

const recipient = {
  address: z.string(),
  recipientName: z.string(),
  organizationName: z.string(),
  locale: z.string(),
  url: z.string(),
};
const link = z.object({ ...recipient, expiresInMinutes: z.number() });
const notice = z.object({ ...recipient, change: z.enum(securityChanges) });

/** A mail about an account: verification of an address, reset of a password, what changed about the ways in. */
export function accountMail(parts: Parts, message: MessageRow): OutgoingMail {
  if (!message.payload) throw new Error(`Message ${message.id} says nothing.`);
  const said: unknown = JSON.parse(parts.cipher.open(message.payload, 'message.payload'));
  const { address, recipientName } = link.pick({ address: true, recipientName: true }).parse(said);
  return {
    ...compose(message.kind, said),
    messageKey: message.id,
    from: parts.mailFrom,
    to: { name: recipientName, address },
    attachments: [],
  };
}

function compose(kind: MessageRow['kind'], said: unknown): ReturnType<typeof composeMail> {
  if (kind === 'security_notice') {
    const { address: _address, url, ...data } = notice.parse(said);
    return composeMail('security_notice', { ...data, accountUrl: url });
  }
  const { address: _address, url, ...data } = link.parse(said);
  return kind === 'reset_password'
    ? composeMail('reset_password', { ...data, resetUrl: url })
    : composeMail('verify_email', { ...data, verifyUrl: url });
}

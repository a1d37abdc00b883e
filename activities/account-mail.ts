import { z } from 'zod';
import { securityChanges, type AccountMessageKind, type MessageRow } from '#db/queries/messages.ts';
import { isLinkOver } from '#domain/link-end.ts';
import { composeMail, type ComposedMail } from '#integrations/mail/compose/compose.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import type { Parts } from './parts.ts';

const to = z.object({
  address: z.string(),
  recipientName: z.string(),
  organizationName: z.string(),
  locale: z.string(),
});
const link = to.extend({ url: z.string(), expiresInMinutes: z.number() });
const role = z.enum(['OWNER', 'ADMIN', 'MEMBER']);
const invitation = to.extend({ url: z.string(), inviterName: z.string(), role, expiresInDays: z.number() });
const notice = to.extend({ url: z.string(), change: z.enum(securityChanges) });
const roleChanged = to.extend({ url: z.string(), role });

/** What ends some time after the mail was asked for; security notices and the like have no end. */
const life = z.union([z.object({ expiresInMinutes: z.number() }), z.object({ expiresInDays: z.number() })]);

/** A mail about an account or a membership: its address and links are in the payload. Null: its link is over. */
export function accountMail(parts: Parts, message: MessageRow): OutgoingMail | null {
  if (!message.payload) throw new Error(`Message ${message.id} says nothing.`);
  const payload: unknown = JSON.parse(parts.cipher.open(message.payload, 'message.payload'));
  const ends = life.safeParse(payload);
  if (ends.success && isLinkOver(ends.data, message.requestedAt, parts.clock.now())) return null;
  const { address, recipientName } = to.parse(payload);
  return {
    ...composers[message.kind as AccountMessageKind](payload),
    messageKey: message.id,
    from: parts.mailFrom,
    to: { name: recipientName, address },
    attachments: [],
  };
}

const composers: Readonly<Record<AccountMessageKind, (payload: unknown) => ComposedMail>> = {
  verify_email: (payload) => {
    const { url, ...data } = link.parse(payload);
    return composeMail('verify_email', { ...data, verifyUrl: url });
  },
  reset_password: (payload) => {
    const { url, ...data } = link.parse(payload);
    return composeMail('reset_password', { ...data, resetUrl: url });
  },
  invitation: (payload) => {
    const { url, ...data } = invitation.parse(payload);
    return composeMail('invitation', { ...data, invitationUrl: url });
  },
  role_changed: (payload) => {
    const { url, ...data } = roleChanged.parse(payload);
    return composeMail('role_changed', { ...data, dashboardUrl: url });
  },
  security_notice: (payload) => {
    const { url, ...data } = notice.parse(payload);
    return composeMail('security_notice', { ...data, accountUrl: url });
  },
  membership_ended: (payload) => composeMail('membership_ended', to.parse(payload)),
};

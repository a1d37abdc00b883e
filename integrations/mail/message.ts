import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { OutgoingMail } from './mailer.ts';

/**
 * An OutgoingMail as an RFC 5322 message. Everything that reaches a header passes `headerText` or `isSendableAddress` first, so
 * that no name, title or address can end a header line; SMTP and the local mailbox send these very bytes.
 */
export type BuiltMessage = { messageId: string; envelope: { from: string; to: string }; raw: Buffer };

const namesLengthLimit = 120;
const subjectLengthLimit = 200;
/** Controls, line separators and bidirectional overrides. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;
/** An addr-spec without quoting, comments or literals (RFC 5321 dot-string, non-ASCII allowed by RFC 6531). */
const addressPattern =
  // eslint-disable-next-line no-control-regex
  /^[^\s\u0000-\u0020\u007f-\u00a0\u2028-\u202e\u2066-\u2069<>()[\]\\,;:"@]{1,64}@[^\s\u0000-\u002c\u002f\u003a-\u0040[-`{-\u00a0\u2028-\u202e\u2066-\u2069]{1,255}$/;

/** One printable line, cut by whole characters. */
export function headerText(text: string, lengthLimit: number): string {
  const line = text.toWellFormed().replace(unprintable, ' ').replace(/ {2,}/g, ' ').trim();
  return [...line].slice(0, lengthLimit).join('').trimEnd();
}

export function isSendableAddress(address: string): boolean {
  return address.isWellFormed() && addressPattern.test(address);
}

/** The first address of a mail that cannot be sent to or from, or null. */
export function unsendableAddress(mail: OutgoingMail): string | null {
  return [mail.from.address, mail.to.address].find((address) => !isSendableAddress(address)) ?? null;
}

/** Whom answers go to; nobody when the address cannot be written: it is another person's than the one whom the mail is for. */
export function replyToOf({ replyTo }: OutgoingMail): OutgoingMail['replyTo'] {
  return replyTo && isSendableAddress(replyTo.address) ? replyTo : undefined;
}

/** @throws RangeError for a key that is not 1 to 80 printable ASCII characters (Postmark's limit for a metadata value). */
export function assertMessageKey(messageKey: string): void {
  if (!/^[\x20-\x7e]{1,80}$/.test(messageKey)) {
    throw new RangeError(`messageKey must be 1 to 80 printable ASCII characters, got ${JSON.stringify(messageKey)}`);
  }
}

/** The message key in the form that file names and Message-IDs can carry: as it is when lower-case and plain, else its hash. */
export function messageIdentifier(messageKey: string): string {
  assertMessageKey(messageKey);
  const plain = /^[a-z0-9]+([._-][a-z0-9]+)*$/.test(messageKey);
  return plain ? messageKey : `key-${createHash('sha256').update(messageKey).digest('hex')}`;
}

/** `<key@domain>`: equal for each sending of the same mail, so that a receiver can tell a repeat (RFC 5322, 3.6.4). */
export function messageIdOf(mail: OutgoingMail): string {
  const domain = domainToASCII(mail.from.address.slice(mail.from.address.lastIndexOf('@') + 1));
  return `<${messageIdentifier(mail.messageKey)}@${domain === '' ? 'localhost' : domain}>`;
}

export function displayPerson(person: { name: string; address: string }): { name: string; address: string } {
  return { name: headerText(person.name, namesLengthLimit), address: person.address };
}

export function subjectLine(subject: string): string {
  return headerText(subject, subjectLengthLimit);
}

/** A file name without path, quotes or controls. */
export function attachmentName(filename: string): string {
  const name = headerText(filename, namesLengthLimit)
    .replace(/["\\/:*?<>|]/g, '-')
    .replace(/^\.+/, '');
  return name === '' ? 'attachment' : name;
}

/** RFC 3834: tells mail systems not to answer with an absence note, which would bounce around. */
export const automaticHeaders = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' };

export async function buildMessage(mail: OutgoingMail): Promise<BuiltMessage> {
  assertInviteMethod(mail);
  const messageId = messageIdOf(mail);
  const replyTo = replyToOf(mail);
  const composer = new MailComposer({
    from: displayPerson(mail.from),
    to: displayPerson(mail.to),
    ...(replyTo === undefined ? {} : { replyTo: displayPerson(replyTo) }),
    subject: subjectLine(mail.subject),
    messageId,
    text: mail.text,
    html: mail.html,
    ...(mail.invite === undefined ? {} : { icalEvent: { ...mail.invite, filename: 'invite.ics' } }),
    attachments: mail.attachments.map((attachment) => ({
      filename: attachmentName(attachment.filename),
      contentType: headerText(attachment.contentType, namesLengthLimit),
      content: Buffer.from(attachment.content),
    })),
    headers: automaticHeaders,
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = await composer.compile().build();
  return { messageId, envelope: { from: mail.from.address, to: mail.to.address }, raw };
}

/** Outlook shows an invite as plain text when METHOD and the MIME parameter differ. */
export function assertInviteMethod(mail: OutgoingMail): void {
  if (mail.invite === undefined) return;
  const method = /^METHOD:(\S+)$/m.exec(mail.invite.content)?.[1];
  if (method !== mail.invite.method) {
    throw new Error(`The invite says METHOD:${method ?? '(none)'}, the mail says ${mail.invite.method}`);
  }
}

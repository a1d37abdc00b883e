import { randomUUID } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mailer, OutgoingMail, SendOutcome } from './mailer.ts';
import { buildMessage, messageIdentifier, unsendableAddress } from './message.ts';

export type MailboxOptions = { directory: string };

/**
 * Mail for a system without a mail server: each message is a file `<key>.eml`, the bytes that SMTP would have sent. A second
 * sending under the same key finds the file and changes nothing.
 */
export function createMailbox(options: MailboxOptions): Mailer {
  return {
    name: 'mailbox',
    send: (mail) => deliver(options.directory, mail),
    close: () => Promise.resolve(),
  };
}

async function deliver(directory: string, mail: OutgoingMail): Promise<SendOutcome> {
  const unsendable = unsendableAddress(mail);
  if (unsendable !== null)
    return { outcome: 'refused', reason: `not an e-mail address: ${JSON.stringify(unsendable)}` };
  const { messageId, raw } = await buildMessage(mail);
  await mkdir(directory, { recursive: true });
  const temporary = join(directory, `.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, raw);
    await linkOnce(temporary, join(directory, `${messageIdentifier(mail.messageKey)}.eml`));
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  return { outcome: 'sent', providerMessageId: messageId };
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A link never overwrites: whoever comes second finds the mail there, whole, and leaves it. */
async function linkOnce(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

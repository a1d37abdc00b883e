import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Address, type Attachment } from 'postal-mime';

export type MailboxPerson = { name: string; address: string };

export type MailboxEntry = {
  /** The file's name without `.eml`. */
  id: string;
  to: MailboxPerson;
  subject: string;
  date: Date;
  hasAttachments: boolean;
};

export type MailboxMessage = MailboxEntry & {
  messageId: string;
  from: MailboxPerson;
  html: string | null;
  text: string | null;
  /** In the order of the message; the index is the handle for a download. */
  attachments: { filename: string; contentType: string; method: string | null; content: Uint8Array }[];
  raw: Uint8Array;
};

/** Newest first, at most `limit`; an absent directory is an empty mailbox. */
export async function listMailbox(directory: string, options: { limit: number }): Promise<MailboxEntry[]> {
  const ids = (await newestFirst(directory)).slice(0, options.limit);
  const messages = await Promise.all(ids.map((id) => readMailboxMessage(directory, id)));
  return messages
    .filter((message) => message !== null)
    .map(({ id, to, subject, date, hasAttachments }) => ({ id, to, subject, date, hasAttachments }));
}

/** Null when there is no such mail. The HTML is as it was sent: show it in a sandboxed frame. */
export async function readMailboxMessage(directory: string, id: string): Promise<MailboxMessage | null> {
  if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(id)) return null;
  const raw = await readWhenPresent(join(directory, `${id}.eml`));
  if (raw === null) return null;
  const mail = await PostalMime.parse(raw);
  return {
    id,
    messageId: mail.messageId ?? '',
    from: person(mail.from),
    to: person(mail.to?.[0]),
    subject: mail.subject ?? '',
    date: new Date(mail.date ?? 0),
    hasAttachments: mail.attachments.some((attachment) => attachment.disposition === 'attachment'),
    html: mail.html ?? null,
    text: mail.text ?? null,
    attachments: mail.attachments.map(readAttachment),
    raw,
  };
}

async function newestFirst(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith('.eml') && !name.startsWith('.'));
  const dated = await Promise.all(
    files.map(async (name) => ({ name, at: (await stat(join(directory, name), { bigint: true })).mtimeNs })),
  );
  dated.sort((a, b) => (a.at === b.at ? a.name.localeCompare(b.name) : a.at < b.at ? 1 : -1));
  return dated.map(({ name }) => name.slice(0, -'.eml'.length));
}

async function readWhenPresent(path: string): Promise<Buffer | null> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function person(address: Address | undefined): MailboxPerson {
  return { name: address?.name ?? '', address: address?.address ?? '' };
}

function readAttachment(attachment: Attachment): MailboxMessage['attachments'][number] {
  const { content } = attachment;
  return {
    filename: attachment.filename ?? (attachment.mimeType === 'text/calendar' ? 'invite.ics' : 'attachment'),
    contentType: attachment.mimeType,
    method: attachment.method ?? null,
    content: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';

/** A mail as it was sent, with what tells one from another. */
export type FoundMail = { raw: Buffer; subject: string; attachments: { mediaType: string; content: Buffer }[] };

/** `subject`: how it begins. `mentions`: something that only a mail about this booking says. */
export type MailWanted = { to: string; subject: RegExp; mentions: string };

const pauseMs = 100;
/** A mailbox that is used otherwise has more; the wanted ones are new. */
const newestCount = 30;

/**
 * Waits for a mail in the local mailbox (`GET /mailbox`).
 * @throws when it does not come, or the system has no local mailbox because it sends real mail
 */
export async function waitForMail(baseUrl: string, wanted: MailWanted, timeoutMs: number): Promise<FoundMail> {
  const until = performance.now() + timeoutMs;
  const looked = new Set<string>();
  for (;;) {
    for (const id of await newestIds(baseUrl)) {
      if (looked.has(id)) continue;
      looked.add(id);
      const mail = await readMail(baseUrl, id, wanted);
      if (mail) return mail;
    }
    if (performance.now() > until) {
      throw new Error(`No mail to ${wanted.to} with ${wanted.subject} came within ${timeoutMs / 1000} s.`);
    }
    await sleep(pauseMs);
  }
}

async function newestIds(baseUrl: string): Promise<string[]> {
  const response = await fetch(`${baseUrl}/mailbox`);
  const page = await response.text();
  if (!response.ok || !page.includes('<title>Mailbox</title>')) {
    throw new Error('This system has no local mailbox (MAIL_DRIVER=mailbox), so the demo cannot collect the mails.');
  }
  return [...page.matchAll(/href="\/mailbox\/([^"/]+)"/g)].slice(0, newestCount).map(([, id = '']) => id);
}

async function readMail(baseUrl: string, id: string, wanted: MailWanted): Promise<FoundMail | null> {
  const response = await fetch(`${baseUrl}/mailbox/${id}/source`);
  if (!response.ok) return null;
  const raw = Buffer.from(await response.arrayBuffer());
  const { to, subject = '', text = '', html = '', attachments } = await PostalMime.parse(raw);
  const isWanted =
    to?.some(({ address }) => address === wanted.to) === true &&
    wanted.subject.test(subject) &&
    `${text}${html}`.includes(wanted.mentions);
  if (!isWanted) return null;
  return {
    raw,
    subject,
    attachments: attachments.map(({ mimeType, content }) => ({
      mediaType: mimeType,
      content: typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content)),
    })),
  };
}

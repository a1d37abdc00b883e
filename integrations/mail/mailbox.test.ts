import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailbox } from './mailbox.ts';
import { listMailbox, readMailboxMessage } from './mailbox-reader.ts';
import type { OutgoingMail } from './mailer.ts';

const mail: OutgoingMail = {
  messageKey: 'booking-1.confirmed',
  from: { name: 'Demo Organization', address: 'meetings@example.org' },
  to: { name: 'Ada Guest', address: 'guest@example.com' },
  subject: 'Confirmed',
  html: '<p>Grüße</p>',
  text: 'Grüße',
  attachments: [],
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-mailbox-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the local mailbox', () => {
  it('keeps a mail as a file that can be read back whole', async () => {
    const pdf = { filename: 'NDA.pdf', contentType: 'application/pdf', content: new Uint8Array([1, 2, 3]) };
    const sent = await createMailbox({ directory }).send({ ...mail, attachments: [pdf] });
    expect(sent).toEqual({ outcome: 'sent', providerMessageId: '<booking-1.confirmed@example.org>' });
    expect(await readdir(directory)).toEqual(['booking-1.confirmed.eml']);
    const read = await readMailboxMessage(directory, 'booking-1.confirmed');
    expect(read).toMatchObject({
      messageId: '<booking-1.confirmed@example.org>',
      to: mail.to,
      from: mail.from,
      subject: 'Confirmed',
    });
    expect(read?.text?.trim()).toBe('Grüße');
    expect(read?.html?.trim()).toBe('<p>Grüße</p>');
    expect(read?.attachments).toEqual([{ ...pdf, method: null }]);
  });

  it('takes a second sending under one key for the same mail', async () => {
    const mailbox = createMailbox({ directory });
    await mailbox.send(mail);
    const again = await mailbox.send({ ...mail, subject: 'Another text' });
    expect(again.outcome).toBe('sent');
    expect(await listMailbox(directory, { limit: 10 })).toMatchObject([
      { id: 'booking-1.confirmed', subject: 'Confirmed' },
    ]);
  });

  it('holds one mail when the same one is sent twenty times at once', async () => {
    const mailbox = createMailbox({ directory });
    await Promise.all(Array.from({ length: 20 }, () => mailbox.send(mail)));
    expect(await readdir(directory)).toEqual(['booking-1.confirmed.eml']);
    expect((await readMailboxMessage(directory, 'booking-1.confirmed'))?.subject).toBe('Confirmed');
  });

  it('lists the newest first, as many as asked for', async () => {
    const mailbox = createMailbox({ directory });
    for (const [index, key] of ['first', 'second', 'third'].entries()) {
      await mailbox.send({ ...mail, messageKey: key });
      await utimes(join(directory, `${key}.eml`), 1_000 + index, 1_000 + index);
    }
    expect((await listMailbox(directory, { limit: 2 })).map(({ id }) => id)).toEqual(['third', 'second']);
  });

  it('is empty before the first mail', async () => {
    expect(await listMailbox(join(directory, 'absent'), { limit: 10 })).toEqual([]);
  });

  it('reads nothing outside its directory', async () => {
    await writeFile(join(directory, 'secret.eml'), 'Subject: no\r\n\r\n');
    expect(await readMailboxMessage(join(directory, 'inner'), '../secret')).toBeNull();
    expect(await readMailboxMessage(directory, 'absent')).toBeNull();
  });

  it('refuses what is not an address', async () => {
    const outcome = await createMailbox({ directory }).send({ ...mail, to: { name: '', address: 'a@b\r\nBcc: c@d' } });
    expect(outcome.outcome).toBe('refused');
    expect(await readdir(directory)).toEqual([]);
  });
});

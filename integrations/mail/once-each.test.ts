import { expect, test } from 'vitest';
import type { Mailer, OutgoingMail } from './mailer.ts';
import { onceEach } from './once-each.ts';

const mail = (messageKey: string): OutgoingMail => ({
  messageKey,
  from: { name: 'Ada', address: 'ada@example.org' },
  to: { name: 'Grace', address: 'grace@example.net' },
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  attachments: [],
});

/** A mail server that fails as often as it is told to, then takes everything. */
function server(failures = 0): { mailer: Mailer; taken: string[] } {
  const taken: string[] = [];
  let left = failures;
  const send: Mailer['send'] = async ({ messageKey }) => {
    await Promise.resolve();
    if (left-- > 0) throw new Error('421 Try again');
    taken.push(messageKey);
    return { outcome: 'sent', providerMessageId: `${messageKey}-${taken.length}` };
  };
  return { mailer: { name: 'smtp', send, close: () => Promise.resolve() }, taken };
}

test('a mail that has left does not leave again, and is answered as it was', async () => {
  const { mailer, taken } = server();
  const once = onceEach(mailer);
  const first = await once.send(mail('a'));
  expect(await once.send(mail('a'))).toEqual(first);
  await once.send(mail('b'));
  expect(taken).toEqual(['a', 'b']);
});

test('two who ask at the same time send one mail', async () => {
  const { mailer, taken } = server();
  const once = onceEach(mailer);
  await Promise.all([once.send(mail('a')), once.send(mail('a'))]);
  expect(taken).toEqual(['a']);
});

test('a mail that could not leave is tried again', async () => {
  const { mailer, taken } = server(1);
  const once = onceEach(mailer);
  await expect(once.send(mail('a'))).rejects.toThrow('421');
  expect(await once.send(mail('a'))).toMatchObject({ outcome: 'sent' });
  expect(taken).toEqual(['a']);
});

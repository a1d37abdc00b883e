import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { OutgoingMail } from './mailer.ts';
import {
  attachmentName,
  buildMessage,
  headerText,
  isSendableAddress,
  messageIdentifier,
  unsendableAddress,
} from './message.ts';

const mail: OutgoingMail = {
  messageKey: '0197f0aa-1111-7000-8000-000000000001.booking_confirmed_guest.0',
  from: { name: 'Demo Organization', address: 'meetings@example.org' },
  replyTo: { name: 'Demo Host', address: 'host@example.org' },
  to: { name: 'Ada Guest', address: 'guest@example.com' },
  subject: 'Confirmed: Founder meeting',
  html: '<p>Hello Ada</p>',
  text: 'Hello Ada',
  invite: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n' },
  attachments: [{ filename: 'NDA.pdf', contentType: 'application/pdf', content: new Uint8Array([37, 80, 68, 70]) }],
};

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        '\\',
        '<',
        '>',
        '(',
        ')',
        ',',
        ';',
        ':',
        '@',
        '\r\n',
        '\n',
        '\r',
        '\u2028',
        '\u0000',
        '😀',
        '👩‍👩‍👧',
        'שלום',
        '\u202e',
        '\r\nBcc: evil@example.net',
        '\r\n\r\n<script>',
        '=?utf-8?Q?=0D=0ABcc:_e=40x.net?=',
        '\ud800',
        'ü'.repeat(90),
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
);

const expectedHeaders = [
  'from',
  'to',
  'reply-to',
  'subject',
  'message-id',
  'date',
  'mime-version',
  'content-type',
  'auto-submitted',
  'x-auto-response-suppress',
];

describe('a built message', () => {
  it('carries text, HTML, the invite under its method, and the document', async () => {
    const read = await PostalMime.parse((await buildMessage(mail)).raw);
    expect(read.messageId).toBe('<0197f0aa-1111-7000-8000-000000000001.booking_confirmed_guest.0@example.org>');
    expect(read.subject).toBe(mail.subject);
    expect(read.text?.trim()).toBe('Hello Ada');
    expect(read.html?.trim()).toBe('<p>Hello Ada</p>');
    expect(read.attachments.map(({ filename, mimeType, method }) => ({ filename, mimeType, method }))).toEqual(
      expect.arrayContaining([
        { filename: 'NDA.pdf', mimeType: 'application/pdf', method: undefined },
        { filename: 'invite.ics', mimeType: 'application/ics', method: undefined },
        expect.objectContaining({ mimeType: 'text/calendar', method: 'REQUEST' }),
      ]),
    );
  });

  it('says METHOD in the MIME type exactly as the invite does', async () => {
    const raw = (await buildMessage(mail)).raw.toString('latin1');
    expect(raw).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/);
  });

  it('is not built when the invite and its MIME type would disagree', async () => {
    const invite = { method: 'CANCEL' as const, content: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n' };
    await expect(buildMessage({ ...mail, invite })).rejects.toThrow('METHOD:REQUEST');
  });

  it('has the same headers and addresses whatever names, subject and file names contain', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, hostileText, async (name, subject, filename) => {
        const { raw, envelope } = await buildMessage({
          ...mail,
          from: { name, address: 'meetings@example.org' },
          to: { name, address: 'guest@example.com' },
          replyTo: { name, address: 'host@example.org' },
          subject,
          attachments: [{ filename, contentType: 'application/pdf', content: new Uint8Array([1]) }],
        });
        expect(envelope).toEqual({ from: 'meetings@example.org', to: 'guest@example.com' });
        const read = await PostalMime.parse(raw);
        const keys = read.headers.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.filter((key) => !expectedHeaders.includes(key))).toEqual([]);
        expect(read.to).toHaveLength(1);
        expect(read.to?.[0]?.address).toBe('guest@example.com');
        expect(read.from?.address).toBe('meetings@example.org');
        expect(read.replyTo?.[0]?.address).toBe('host@example.org');
        expect(read.text?.trim()).toBe('Hello Ada');
        for (const line of raw.toString('latin1').split('\r\n')) {
          expect(line).not.toMatch(/[\r\n]/);
          expect(line.length).toBeLessThanOrEqual(998);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([`Ann "Quick" O'Neil`, 'Weiß, Jürgen (Büro)', '田中 太郎', 'דוד כהן', '😀 Emoji 👩‍👩‍👧', 'a@b <c@d>'])(
    'gives the name %s back as it was written',
    async (name) => {
      const read = await PostalMime.parse(
        (await buildMessage({ ...mail, to: { name, address: 'guest@example.com' } })).raw,
      );
      expect(read.to?.[0]).toMatchObject({ name, address: 'guest@example.com' });
    },
  );
});

describe('the pieces of a header', () => {
  it('are one printable line', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const line = headerText(text, 50);
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/); // eslint-disable-line no-control-regex
        expect([...line].length).toBeLessThanOrEqual(50);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each(['guest@example.com', "o'neil+tag@sub.example.co.uk", 'jürgen@müller.example', 'root@localhost'])(
    'let the address %s through',
    (address) => expect(isSendableAddress(address)).toBe(true),
  );

  it.each([
    '',
    'guest',
    'a b@example.com',
    'a@example.com\r\nBcc: x@y',
    'a@example.com, b@example.com',
    '<a@b>',
    'a@b@c',
    'a@b>',
    '"a b"@c',
    'a@ex\u202emple',
  ])('refuse %j as an address', (address) => expect(isSendableAddress(address)).toBe(false));

  it('name the address that cannot be sent to', () => {
    expect(unsendableAddress(mail)).toBeNull();
    expect(unsendableAddress({ ...mail, to: { name: '', address: 'x\n@y' } })).toBe('x\n@y');
  });

  it('leave out an address for answers that cannot be written: the mail itself is for somebody else', async () => {
    const bad = { ...mail, replyTo: { name: 'Ada Guest', address: `${'a'.repeat(65)}@example.com` } };
    expect(unsendableAddress(bad)).toBeNull();
    const parsed = await PostalMime.parse((await buildMessage(bad)).raw);
    expect(parsed.replyTo ?? []).toEqual([]);
    expect(parsed.to).toMatchObject([{ address: mail.to.address }]);
  });

  it('keep file names free of paths', () => {
    expect(attachmentName('../../etc/passwd')).toBe('-..-etc-passwd');
    expect(attachmentName('NDA "final"\r\n.pdf')).toBe('NDA -final- .pdf');
    expect(attachmentName('')).toBe('attachment');
  });

  it('tell different keys apart, plain or not', () => {
    expect(messageIdentifier('a.b-c_1')).toBe('a.b-c_1');
    const identifiers = ['A', 'a', 'a/b', 'a:b', '../a', 'a..b'].map(messageIdentifier);
    expect(new Set(identifiers).size).toBe(identifiers.length);
    for (const identifier of identifiers) expect(identifier).toMatch(/^[a-z0-9._-]+$/);
    expect(() => messageIdentifier('')).toThrow(RangeError);
    expect(() => messageIdentifier('a\nb')).toThrow(RangeError);
    expect(() => messageIdentifier('a'.repeat(81))).toThrow(RangeError);
  });
});

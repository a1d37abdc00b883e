import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeMail, type ComposedMail } from './compose.ts';
import { mailKinds, type MailData, type MailKind } from './kinds.ts';
import { sampleMails } from './samples.ts';

type Samples = { [K in MailKind]: MailData[K] };
const english = sampleMails('en-GB', 'Europe/Riga');
const german = sampleMails('de-DE', 'Europe/Berlin');

function compose<K extends MailKind>(kind: K, samples: Samples, change: Partial<MailData[K]> = {}): ComposedMail {
  return composeMail(kind, { ...samples[kind], ...change });
}

/** The body without what no reader sees: the preheader (it repeats the first paragraph) and Outlook's conditions. */
function shownBody(html: string): string {
  const body = /<body[\s\S]*<\/body>/.exec(html)?.[0] ?? '';
  return body.replace(/<div aria-hidden="true"[\s\S]*?<\/div>/, '').replace(/<!--[\s\S]*?-->/g, '');
}

/** Without spaces: the two parts break lines in different places. */
function plain(escaped: string): string {
  return escaped
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, '');
}

function fragmentsOfHtml(html: string): string[] {
  const links = [...shownBody(html).matchAll(/href="([^"]*)"/g)].map(([, url]) => url ?? '');
  return [...shownBody(html).split(/<[^>]*>/), ...links].map(plain).filter((fragment) => fragment !== '');
}

function linesOfText(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/:$/, ''));
  return lines.filter((line) => line !== '' && line !== '--').map((line) => line.replace(/\s+/g, ''));
}

describe('every mail', () => {
  it.each(mailKinds)('%s says the same in HTML and in text, in English and in German', (kind) => {
    for (const samples of [english, german]) {
      const { html, text } = compose(kind, samples);
      const fragments = fragmentsOfHtml(html);
      const seen = fragments.join('');
      for (const line of linesOfText(text)) expect(seen).toContain(line);
      const written = plain(text);
      for (const fragment of fragments) expect(written).toContain(fragment);
    }
    expect(compose(kind, english).subject).not.toBe(compose(kind, german).subject);
  });

  it.each(mailKinds)('%s loads nothing, runs nothing, and is written for both colour schemes', (kind) => {
    const { html } = compose(kind, english);
    expect(html).not.toMatch(/<(img|link|script|iframe|object|svg)\b/i);
    expect(html).not.toMatch(/url\(|@import/i);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).toContain('max-width:600px');
    expect(Buffer.byteLength(html)).toBeLessThan(30_000);
  });

  it.each(mailKinds)('%s states its language', (kind) => {
    expect(compose(kind, english).html).toContain('<html lang="en"');
    expect(compose(kind, german).html).toContain('<html lang="de"');
  });

  it.each(mailKinds)('%s is the same mail when written twice', (kind) => {
    expect(compose(kind, english)).toEqual(compose(kind, english));
  });
});

describe('the words', () => {
  it('of a hold say until when the time is the guest’s, and where to sign', () => {
    const { subject, text } = compose('hold_placed', english);
    expect(subject).toBe('Sign to keep Wed 25 Nov, 11:15: Founder meeting, in person');
    expect(text).toContain('○ Held');
    expect(text).toContain('Wed 25 Nov, 11:15 is yours until Fri 20 Nov, 10:25');
    expect(text).toContain('https://example.org/b/1/sign');
  });

  it('of a confirmation name the day, the zone and how to change it', () => {
    const { text } = compose('booking_confirmed_guest', english);
    expect(text).toContain('● Confirmed');
    expect(text).toContain('Wednesday, 25 November 2026\n  11:15 – 12:00\n  Eastern European Standard Time (UTC+2)');
    expect(text).toContain('https://example.org/b/1/reschedule');
    expect(text).toContain('https://example.org/b/1/cancel');
  });

  it('of a confirmation speak of an NDA only when there is one', () => {
    expect(compose('booking_confirmed_guest', english, { hasNda: true }).text).toContain('signed NDA');
    expect(compose('booking_confirmed_guest', english, { hasNda: false }).text).not.toContain('NDA');
    expect(compose('booking_confirmed_host', german, { hasNda: false }).text).not.toContain('Vertraulichkeit');
  });

  it('of a cancellation say who canceled and why', () => {
    const byHost = compose('booking_canceled_guest', english, { canceledBy: 'host', reason: 'I fell ill' }).text;
    expect(byHost).toContain('Demo Host canceled your meeting');
    expect(byHost).toContain('I fell ill');
    expect(compose('booking_canceled_guest', english, { canceledBy: 'guest' }).text).toContain('You canceled');
    expect(compose('booking_canceled_host', english, { canceledBy: 'organization' }).text).toContain(
      'Demo Organization canceled',
    );
  });

  it('of a move show the time before and the time now', () => {
    const { text } = compose('booking_rescheduled_guest', english);
    expect(text).toContain('It was Tue 24 Nov, 15:30 before');
  });

  it('of a refusal to sign give the guest’s reason, when there is one', () => {
    expect(compose('booking_declined_host', english).text).toContain('Reason:\n  needs our lawyer');
    expect(compose('booking_declined_host', english, { reason: null }).text).not.toContain('Reason');
  });

  it('of a code show it once, in both parts', () => {
    const { html, text, subject } = compose('signing_code', english);
    expect(text.match(/482913/g)).toHaveLength(1);
    expect(html.match(/482913/g)).toHaveLength(1);
    expect(subject).not.toContain('482913');
  });

  it('of an unknown language are English, with dates that cannot be misread', () => {
    expect(compose('reminder_guest', sampleMails('fr-FR', 'Europe/Paris')).text).toContain(
      'Wednesday, 25 November 2026',
    );
    expect(compose('reminder_guest', sampleMails('not a locale', 'Europe/Paris')).text).toContain('10:15 – 11:00');
  });
});

describe('hostile input', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          '<',
          '>',
          '&',
          '"',
          "'",
          '</p><script>alert(1)</script>',
          '\r\n',
          '\u202e',
          'שלום',
          '😀',
          '<!--',
          '-->',
          '${',
          'javascript:',
          'https://evil.example/',
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join('')),
  );

  it('changes no tag of the HTML and adds no line to the subject', () => {
    const tags = (html: string): string[] => html.replace(/<bdi>|<\/bdi>/g, '').match(/<[^>]*>/g) ?? [];
    const plain = tags(compose('booking_declined_host', english).html);
    fc.assert(
      fc.property(hostile, hostile, (name, other) => {
        fc.pre(other.trim() !== '');
        const change = {
          guestName: name,
          recipientName: name,
          meetingTitle: other,
          organizationName: other,
          location: 'x\ny',
        };
        const { html, subject } = compose('booking_declined_host', english, change);
        expect(tags(html)).toEqual(plain);
        expect(subject).not.toMatch(/[\r\n]/);
        expect([...subject].length).toBeLessThanOrEqual(150);
      }),
      { numRuns: 300 },
    );
  });

  it('cannot make the form a way to mail links to strangers', () => {
    const { text, html } = compose('hold_placed', english, {
      recipientName: 'You won https://evil.example/prize',
      guestName: 'x',
    });
    expect(text).not.toContain('https://evil.example');
    expect(html).not.toContain('https://evil.example');
  });

  it('keeps a right-to-left name from turning its sentence around', () => {
    expect(compose('booking_confirmed_host', english, { guestName: 'דוד כהן' }).text).toContain(
      '\u2068דוד כהן\u2069 signed',
    );
  });

  it('of a link that is not of the web is a fault of ours, and no mail is written', () => {
    expect(() => compose('verify_email', english, { verifyUrl: 'javascript:alert(1)' })).toThrow(RangeError);
    expect(() => compose('verify_email', english, { verifyUrl: '' })).toThrow(RangeError);
  });

  it('shows a video room as a link, and a place as text', () => {
    expect(compose('reminder_guest', english, { location: 'https://meet.example.org/a?b&c' }).html).toContain(
      'href="https://meet.example.org/a?b&amp;c"',
    );
    expect(compose('reminder_guest', english, { location: 'Main Street 1' }).html).not.toContain('Main Street 1</a>');
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { createInvite, inviteUid, type InviteInput } from './invite.ts';

const invite: InviteInput = {
  uid: inviteUid('0197f0aa-1111-7000-8000-000000000001', 'example.org'),
  sequence: 0,
  method: 'REQUEST',
  startsAt: new Date('2026-11-25T09:15:00Z'),
  endsAt: new Date('2026-11-25T10:00:00Z'),
  summary: 'Founder meeting, in person',
  description: 'Change or cancel: https://example.org/b/1\nThe NDA is signed.',
  location: 'Main Street 1; Riga',
  organizer: { name: 'Demo Host', email: 'host@example.org' },
  attendees: [{ name: 'Ada Guest', email: 'guest@example.com' }],
  url: 'https://example.org/b/1',
  createdAt: new Date('2026-11-20T08:00:00Z'),
  now: new Date('2026-11-20T08:05:00Z'),
};

const hostileName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '“',
        "'",
        '^',
        '^n',
        "^'",
        '\\',
        ';',
        ':',
        ',',
        '\r\n',
        '\n',
        '\r',
        '\u2028',
        '\u0085',
        '\t',
        'é',
        '😀',
        '👩‍👩‍👧',
        'שלום',
        '\u202e',
        'END:VEVENT',
        'ATTENDEE:mailto:evil@example.net',
        '\ud800',
        'a'.repeat(74),
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join('')),
);

function parse(content: string) {
  const calendar = new ICAL.Component(ICAL.parse(content) as unknown[]);
  const event = calendar.getFirstSubcomponent('vevent');
  if (event === null) throw new Error('no event');
  return { calendar, event };
}

describe('an invite', () => {
  it('says what was booked, to whom, in UTC', () => {
    const { calendar, event } = parse(createInvite(invite));
    expect(calendar.getFirstPropertyValue('method')).toBe('REQUEST');
    expect(event.getFirstPropertyValue('uid')).toBe('0197f0aa-1111-7000-8000-000000000001@example.org');
    expect(String(event.getFirstPropertyValue('dtstart'))).toBe('2026-11-25T09:15:00Z');
    expect(String(event.getFirstPropertyValue('dtend'))).toBe('2026-11-25T10:00:00Z');
    expect(event.getFirstPropertyValue('summary')).toBe('Founder meeting, in person');
    expect(event.getFirstPropertyValue('description')).toBe(invite.description);
    expect(event.getFirstPropertyValue('location')).toBe('Main Street 1; Riga');
    expect(event.getFirstPropertyValue('status')).toBe('CONFIRMED');
    expect(event.getFirstProperty('organizer')?.getParameter('cn')).toBe('Demo Host');
    expect(event.getFirstPropertyValue('organizer')).toBe('mailto:host@example.org');
    expect(event.getFirstPropertyValue('attendee')).toBe('mailto:guest@example.com');
    expect(event.getFirstProperty('attendee')?.getParameter('partstat')).toBe('ACCEPTED');
  });

  it('cancels under the same UID with a risen sequence', () => {
    const { calendar, event } = parse(
      createInvite({ ...invite, method: 'CANCEL', sequence: 2, reminderMinutes: [10] }),
    );
    expect(calendar.getFirstPropertyValue('method')).toBe('CANCEL');
    expect(event.getFirstPropertyValue('uid')).toBe(invite.uid);
    expect(event.getFirstPropertyValue('sequence')).toBe(2);
    expect(event.getFirstPropertyValue('status')).toBe('CANCELLED');
    expect(event.getAllSubcomponents('valarm')).toHaveLength(0);
  });

  it('reminds as many minutes before as asked', () => {
    const { event } = parse(createInvite({ ...invite, reminderMinutes: [60, 10] }));
    const triggers = event.getAllSubcomponents('valarm').map((alarm) => String(alarm.getFirstPropertyValue('trigger')));
    expect(triggers).toEqual(['-PT60M', '-PT10M']);
  });

  it('asks for an answer only from those who have not given one', () => {
    const content = createInvite({
      ...invite,
      attendees: [{ name: 'Host', email: 'host@example.org', participation: 'needs_action' }],
    });
    const attendee = parse(content).event.getFirstProperty('attendee');
    expect(attendee?.getParameter('rsvp')).toBe('TRUE');
    expect(attendee?.getParameter('partstat')).toBe('NEEDS-ACTION');
  });

  it('folds at 75 octets and never inside a character', () => {
    const content = createInvite({ ...invite, summary: '😀é漢'.repeat(60) });
    for (const line of content.split('\r\n')) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(line).not.toContain('\ufffd');
    }
    expect(parse(content).event.getFirstPropertyValue('summary')).toBe('😀é漢'.repeat(60));
  });

  it('stays one readable event whatever names, titles and places contain', () => {
    fc.assert(
      fc.property(hostileName, hostileName, hostileName, (name, title, place) => {
        const content = createInvite({
          ...invite,
          summary: title,
          location: place,
          organizer: { name, email: 'host@example.org' },
          attendees: [{ name, email: 'guest@example.com' }],
        });
        for (const line of content.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(line).not.toMatch(/[\r\n]/);
        }
        const { calendar, event } = parse(content);
        expect(calendar.getAllSubcomponents()).toHaveLength(1);
        expect(event.getAllProperties('organizer')).toHaveLength(1);
        expect(event.getAllProperties('attendee')).toHaveLength(1);
        expect(event.getFirstPropertyValue('organizer')).toBe('mailto:host@example.org');
        expect(event.getFirstPropertyValue('attendee')).toBe('mailto:guest@example.com');
      }),
      { numRuns: 500 },
    );
  });

  it('gives harmless punctuation back as it was written', () => {
    const harmless = fc.string({ unit: fc.constantFrom(..."abcé漢😀 ;:,^'()[]{}|!?/"), maxLength: 100 });
    fc.assert(
      fc.property(harmless, (text) => {
        const { event } = parse(
          createInvite({ ...invite, summary: text, attendees: [{ name: text, email: 'g@example.com' }] }),
        );
        expect(event.getFirstPropertyValue('summary')).toBe(text);
        expect(event.getFirstProperty('attendee')?.getParameter('cn')).toBe(
          text.trim() === '' ? undefined : text.trim(),
        );
      }),
    );
  });

  it('cannot be broken by an address', () => {
    const email = 'a"b\r\nATTENDEE:mailto:evil@example.net;x=<y>@example.com';
    const { event } = parse(createInvite({ ...invite, attendees: [{ name: 'A', email }] }));
    expect(event.getAllProperties('attendee')).toHaveLength(1);
  });

  it.each([
    ['ends before it starts', { endsAt: invite.startsAt }],
    ['has a negative sequence', { sequence: -1 }],
    ['invites nobody', { attendees: [] }],
    ['links to something that is not the web', { url: 'javascript:alert(1)' }],
    ['has no real time', { startsAt: new Date(Number.NaN) }],
  ])('is refused when it %s', (_what, change) => {
    expect(() => createInvite({ ...invite, ...change })).toThrow(RangeError);
  });
});

/** The second, independent reader is strict: it keeps what it could not read in `errors`. */
const pythonReader = `
import json, sys, icalendar
out = []
for path in sys.argv[1:]:
    calendar = icalendar.Calendar.from_ical(open(path, 'rb').read())
    events = calendar.walk('VEVENT')
    event = events[0]
    attendees = event.get('ATTENDEE')
    out.append({
        'errors': [str(e) for c in calendar.walk() for e in c.errors],
        'events': len(events),
        'method': str(calendar['METHOD']),
        'uid': str(event['UID']),
        'summary': str(event['SUMMARY']),
        'start': event['DTSTART'].dt.isoformat(),
        'organizer': str(event['ORGANIZER']),
        'attendees': len(attendees) if isinstance(attendees, list) else 1,
    })
print(json.dumps(out))
`;
const hasPythonReader = spawnSync('python3', ['-c', 'import icalendar']).status === 0;

describe('an invite read by PyPI icalendar', () => {
  const title = hasPythonReader
    ? 'has no errors, whatever names and titles contain'
    : 'was NOT checked here: python3 has no icalendar package (pip install icalendar)';
  it(title, () => {
    if (!hasPythonReader) return;
    const directory = mkdtempSync(join(tmpdir(), 'countersign-invite-'));
    try {
      const names = ['Ada', '', 'Ann "Quick" O\'Neil; Ltd: a, b', ...fc.sample(hostileName, { numRuns: 200, seed: 7 })];
      const paths = names.map((name, index) => {
        const path = join(directory, `${index}.ics`);
        const content = createInvite({
          ...invite,
          summary: name,
          organizer: { name, email: 'host@example.org' },
          attendees: [{ name, email: 'guest@example.com' }],
          reminderMinutes: [10],
        });
        writeFileSync(path, content);
        return path;
      });
      const read = JSON.parse(execFileSync('python3', ['-c', pythonReader, ...paths], { encoding: 'utf8' })) as Record<
        string,
        unknown
      >[];
      expect(read).toHaveLength(names.length);
      for (const event of read) {
        expect(event).toMatchObject({
          errors: [],
          events: 1,
          method: 'REQUEST',
          uid: invite.uid,
          start: '2026-11-25T09:15:00+00:00',
          organizer: 'mailto:host@example.org',
          attendees: 1,
        });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

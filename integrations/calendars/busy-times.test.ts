import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTimeZone } from '#domain/time/zones.ts';
import { readBusyTimes } from './busy-times.ts';
import type { CalendarQuestion } from './busy-times.ts';
import { windowsZones } from './windows-zones.ts';

const calendar = (...parts: string[][]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...parts.flat(), 'END:VCALENDAR'].join('\r\n');
const event = (...lines: string[]): string[] => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];
const march: CalendarQuestion = {
  from: Date.parse('2026-03-01T00:00Z'),
  to: Date.parse('2026-04-01T00:00Z'),
  timeZone: 'America/New_York',
};

function busy(text: string, question = march): string[] {
  const found = readBusyTimes(text, question);
  expect(found.unreadable).toEqual([]);
  const short = (instant: number): string => new Date(instant).toISOString().slice(5, 16);
  return found.busy.map(({ startsAt, endsAt }) => `${short(startsAt)} ${short(endsAt)}`);
}
const starts = (...args: Parameters<typeof busy>): string[] => busy(...args).map((span) => span.slice(0, 11));

test('times in UTC, in a zone, and without one', () => {
  expect(busy(calendar(event('DTSTART:20260309T140000Z', 'DTEND:20260309T150000Z')))).toEqual([
    '03-09T14:00 03-09T15:00',
  ]);
  expect(busy(calendar(event('DTSTART;TZID=Europe/Berlin:20260309T140000', 'DURATION:PT30M')))).toEqual([
    '03-09T13:00 03-09T13:30',
  ]);
  expect(busy(calendar(event('DTSTART:20260309T140000', 'DURATION:PT30M')))).toEqual(['03-09T18:00 03-09T18:30']);
});

test('zones are known by their Windows names, behind vendor prefixes, by location, and by their own rules', () => {
  const at = (tzid: string): string[] =>
    starts(calendar(event(`DTSTART;TZID=${tzid}:20260309T140000`, 'DURATION:PT30M')));
  expect(at('W. Europe Standard Time')).toEqual(['03-09T13:00']);
  expect(at('"Eastern Standard Time"')).toEqual(['03-09T18:00']);
  expect(at('/freeassociation.sourceforge.net/Tzfile/Europe/Berlin')).toEqual(['03-09T13:00']);
  const zone = (...lines: string[]): string[] => ['BEGIN:VTIMEZONE', 'TZID:Office', ...lines, 'END:VTIMEZONE'];
  const rules = [
    ['BEGIN:STANDARD', 'DTSTART:20251026T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'END:STANDARD'],
    ['BEGIN:DAYLIGHT', 'DTSTART:20260315T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'END:DAYLIGHT'],
  ].flat();
  const office = event('DTSTART;TZID=Office:20260309T140000', 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY;COUNT=2');
  expect(starts(calendar(zone(...rules), office))).toEqual(['03-09T13:00', '03-16T12:00']);
  expect(starts(calendar(zone('X-LIC-LOCATION:Asia/Tokyo', ...rules), office))).toEqual(['03-09T05:00', '03-16T05:00']);
});

test('whole days are the owner’s days, as long as their clocks make them', () => {
  expect(busy(calendar(event('DTSTART;VALUE=DATE:20260308')))).toEqual(['03-08T05:00 03-09T04:00']);
  const two = event('DTSTART;VALUE=DATE:20260308', 'DTEND;VALUE=DATE:20260310');
  expect(busy(calendar(two))).toEqual(['03-08T05:00 03-10T04:00']);
});

test('a day of duration is nominal, 24 hours are exact', () => {
  const from = 'DTSTART;TZID=America/New_York:20260307T120000';
  expect(busy(calendar(event(from, 'DURATION:P1D')))).toEqual(['03-07T17:00 03-08T16:00']);
  expect(busy(calendar(event(from, 'DURATION:PT24H')))).toEqual(['03-07T17:00 03-08T17:00']);
});

test('free is what is transparent, cancelled, free in Outlook, declined by the owner, or has no length', () => {
  const at = ['DTSTART:20260309T140000Z', 'DTEND:20260309T150000Z'];
  for (const line of ['TRANSP:TRANSPARENT', 'STATUS:CANCELLED', 'X-MICROSOFT-CDO-BUSYSTATUS:FREE']) {
    expect(busy(calendar(event(...at, line)))).toEqual([]);
  }
  const declined = calendar(event(...at, 'ATTENDEE;PARTSTAT=DECLINED:mailto:Ada@Example.com'));
  expect(busy(declined, { ...march, ownerEmails: ['ada@example.com'] })).toEqual([]);
  expect(busy(declined)).toHaveLength(1);
  expect(busy(calendar(event(...at, 'STATUS:TENTATIVE')))).toHaveLength(1);
  expect(busy(calendar(event('DTSTART:20260309T140000Z')))).toEqual([]);
});

test('a series keeps its wall clock time across a clock change, and its COUNT counts from its start', () => {
  const from = 'DTSTART;TZID=America/New_York:20260302T100000';
  const weekly = event(from, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2');
  expect(starts(calendar(weekly))).toEqual(['03-02T15:00', '03-09T14:00']);
  const daily = event(from, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3');
  expect(busy(calendar(daily), { ...march, from: Date.parse('2026-03-05T00:00Z') })).toEqual([]);
});

test('UNTIL is an instant for zoned series, a date for others, and includes itself', () => {
  const from = 'DTSTART;TZID=America/New_York:20260306T100000';
  const until = (value: string): string[] =>
    starts(calendar(event(from, 'DURATION:PT1H', `RRULE:FREQ=DAILY;UNTIL=${value}`)));
  const [fri, sat, sun] = ['03-06T15:00', '03-07T15:00', '03-08T14:00'];
  expect(until('20260308T140000Z')).toEqual([fri, sat, sun]);
  expect(until('20260308T135959Z')).toEqual([fri, sat]);
  expect(until('20260308')).toEqual([fri, sat, sun]);
});

test('EXDATE takes instances away in whatever zone it is written, RDATE adds some, also with a length of their own', () => {
  const from = ['UID:s', 'DTSTART;TZID=America/New_York:20260302T100000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=4'];
  const excluded = (line: string): string[] => starts(calendar(event(...from, line)));
  const left = ['03-02T15:00', '03-16T14:00', '03-23T14:00'];
  expect(excluded('EXDATE;TZID=America/New_York:20260309T100000')).toEqual(left);
  expect(excluded('EXDATE:20260309T140000Z')).toEqual(left);
  expect(excluded('EXDATE;VALUE=DATE:20260309')).toEqual(left);
  const added = event(
    'DTSTART:20260302T100000Z',
    'DURATION:PT1H',
    'RDATE;VALUE=PERIOD:20260303T100000Z/PT3H,20260304T100000Z/20260304T103000Z',
  );
  expect(busy(calendar(added))).toEqual([
    '03-02T10:00 03-02T11:00',
    '03-03T10:00 03-03T13:00',
    '03-04T10:00 03-04T10:30',
  ]);
});

test('an exception moves, frees or cancels its instance, into and out of the range', () => {
  const series = event('UID:s', 'DTSTART:20260302T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3');
  const exception = (...lines: string[]): string[] =>
    starts(calendar(series, event('UID:s', 'RECURRENCE-ID:20260309T100000Z', ...lines)));
  expect(exception('DTSTART:20260310T120000Z', 'DURATION:PT1H')).toEqual(['03-02T10:00', '03-10T12:00', '03-16T10:00']);
  expect(exception('DTSTART:20260309T100000Z', 'DURATION:PT1H', 'STATUS:CANCELLED')).toEqual([
    '03-02T10:00',
    '03-16T10:00',
  ]);
  expect(exception('DTSTART:20270310T120000Z', 'DURATION:PT1H')).toEqual(['03-02T10:00', '03-16T10:00']);
  const fromLater = event('UID:t', 'DTSTART:20260601T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3');
  const movedIn = event('UID:t', 'RECURRENCE-ID:20260608T100000Z', 'DTSTART:20260305T100000Z', 'DURATION:PT1H');
  expect(starts(calendar(fromLater, movedIn))).toEqual(['03-05T10:00']);
});

test('an exception for this and the future moves all that follow', () => {
  const series = event('UID:s', 'DTSTART:20260302T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=4');
  const later = event(
    'UID:s',
    'RECURRENCE-ID;RANGE=THISANDFUTURE:20260309T100000Z',
    'DTSTART:20260309T130000Z',
    'DURATION:PT2H',
  );
  expect(busy(calendar(series, later))).toEqual([
    '03-02T10:00 03-02T11:00',
    '03-09T13:00 03-09T15:00',
    '03-16T13:00 03-16T15:00',
    '03-23T13:00 03-23T15:00',
  ]);
});

test('of several copies of one event the latest counts', () => {
  const copy = (sequence: number, hour: string): string[] =>
    event('UID:s', `SEQUENCE:${sequence}`, `DTSTART:20260302T${hour}0000Z`, 'DURATION:PT1H');
  expect(starts(calendar(copy(2, '12'), copy(1, '10')))).toEqual(['03-02T12:00']);
});

test('free/busy periods block, unless they are free', () => {
  const freebusy = [
    'BEGIN:VFREEBUSY',
    'FREEBUSY:20260302T100000Z/PT1H',
    'FREEBUSY;FBTYPE=FREE:20260303T100000Z/PT1H',
    'END:VFREEBUSY',
  ];
  expect(busy(calendar(freebusy))).toEqual(['03-02T10:00 03-02T11:00']);
});

test('what cannot be understood is said, not taken for free, and the rest still counts', () => {
  const endless = event('UID:a', 'DTSTART:20260302T100000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY');
  const noStart = event('UID:b', 'DURATION:PT1H');
  const fine = event('UID:c', 'DTSTART:20260302T100000Z', 'DURATION:PT1H');
  const found = readBusyTimes(calendar(endless, noStart, fine), march);
  expect(found.unreadable.map(({ uid }) => uid).sort()).toEqual(['a', 'b']);
  expect(found.busy.some(({ endsAt, startsAt }) => endsAt - startsAt === 3_600_000)).toBe(true);
  expect(() => readBusyTimes('<html>', march)).toThrow(SyntaxError);
});

test('every Windows zone is one that the runtime knows', () => {
  const unknown = Object.values(windowsZones).filter((timeZone) => !isTimeZone(timeZone));
  expect(unknown).toEqual([]);
});

const lines = [
  'BEGIN:VEVENT',
  'END:VEVENT',
  'BEGIN:VTIMEZONE',
  'END:VTIMEZONE',
  'BEGIN:STANDARD',
  'END:STANDARD',
  'BEGIN:VFREEBUSY',
  'END:VFREEBUSY',
  'END:VCALENDAR',
  'BEGIN:VCALENDAR',
  'UID:a',
  'UID:',
  'SEQUENCE:1e9',
  'SEQUENCE:x',
  'DTSTART:20260309T140000Z',
  'DTSTART:20260309',
  'DTSTART:',
  'DTSTART;VALUE=DATE:2026',
  'DTSTART;TZID=Nowhere/Else:20260309T140000',
  'DTSTART:99999999T999999Z',
  'DTEND:20260309T130000Z',
  'DTEND:00000000',
  'DURATION:PT30M',
  'DURATION:-P5W',
  'DURATION:P99999999999D',
  'DURATION:P',
  'RRULE:FREQ=DAILY',
  'RRULE:FREQ=SECONDLY',
  'RRULE:FREQ=YEARLY;BYMONTH=99',
  'RRULE:FREQ=DAILY;INTERVAL=0',
  'RRULE:FREQ=DAILY;UNTIL=x',
  'RRULE:COUNT=3',
  'RRULE:FREQ=MONTHLY;BYDAY=-9MO;BYSETPOS=400',
  'RDATE:20260310T140000Z',
  'EXDATE:20260310T140000Z',
  'RECURRENCE-ID:20260310T140000Z',
  'TRANSP:TRANSPARENT',
  'STATUS:CANCELLED',
  'TZID:Office',
  'TZOFFSETTO:+9999',
  'TZOFFSETFROM:x',
  'FREEBUSY:20260302T100000Z/PT1H',
  'FREEBUSY:x/y',
  'ATTENDEE;PARTSTAT=DECLINED:mailto:a@example.org',
  ' folded',
  ':',
  ';;;=',
  '',
];

test('whatever a calendar contains, it is read, said to be unreadable, or refused: no other failure, no time outside of what was asked', () => {
  const line = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...lines) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  );
  const inside = fc.array(line, { maxLength: 12, size: 'max' });
  const wrapped = fc.array(
    inside.map((own) => event('UID:b', 'DTSTART:20260309T140000Z', ...own)),
    { maxLength: 3 },
  );
  const texts = fc.oneof(
    wrapped.map((events) => calendar(...events)),
    inside.map((own) => calendar(own)),
    inside.map((own) => own.join('\r\n')),
  );
  let read = 0;
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const found = readBusyTimes(text, march);
        read += 1;
        for (const { startsAt, endsAt } of found.busy) {
          expect(startsAt).toBeLessThan(endsAt);
          expect(startsAt).toBeLessThan(march.to);
          expect(endsAt).toBeGreaterThan(march.from);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
    { numRuns: 800 },
  );
  expect(read).toBeGreaterThan(100);
}, 60_000);

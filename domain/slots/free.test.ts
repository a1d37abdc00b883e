import { expect, test } from 'vitest';
import { ask, at, booking, host, monday, schedule } from '#tests/factories/slots-question.ts';
import { claimsNeeded, freeSlots, isOffered } from './free.ts';
import type { SlotsQuestion } from './input.ts';

const day = 86_400_000;
const times = (question: SlotsQuestion, from = monday, to = from + day): string[] =>
  freeSlots(question, { from, to }).map((slot) => new Date(slot.startsAt).toISOString().slice(5, 16));
const hours = (...args: Parameters<typeof times>): string[] => times(...args).map((time) => time.slice(6));

test('a claim takes its time and its buffers, and those of the asked meeting add to them', () => {
  const claims = [booking('2026-06-08T10:00', '2026-06-08T10:30', { bufferAfterMinutes: 15 })];
  const question = ask({ durationMinutes: 15 }, [host({ claims })]);
  expect(hours(question)).toEqual(['09:00', '09:15', '09:30', '09:45', '10:45', '11:00', '11:15', '11:30', '11:45']);
  const buffered = ask({ durationMinutes: 15, bufferBeforeMinutes: 15, bufferAfterMinutes: 15 }, [host({ claims })]);
  expect(hours(buffered)).toEqual(['09:00', '09:15', '09:30', '11:00', '11:15', '11:30', '11:45']);
});

test('one minute of overlap blocks, touching does not', () => {
  const around = (start: string, end: string): string[] => {
    const claims = [booking(`2026-06-08T${start}`, `2026-06-08T${end}`)];
    const busy = claims.map(({ startsAt, endsAt }) => ({ startsAt, endsAt }));
    const byClaim = hours(ask({}, [host({ claims })]));
    expect(hours(ask({}, [host({ busy })]))).toEqual(byClaim);
    return byClaim;
  };
  expect(around('10:00', '11:00')).toEqual(['09:00', '11:00']);
  expect(around('09:59', '11:00')).toEqual(['11:00']);
  expect(around('10:00', '11:01')).toEqual(['09:00']);
  expect(around('10:59', '11:00')).toEqual(['09:00', '11:00']);
});

test('hours of a date that the zone skipped are not moved to the next one', () => {
  const apia = (weekly: object): SlotsQuestion => ({
    ...ask({}, [host({ schedule: schedule({ timeZone: 'Pacific/Apia', weekly }) })]),
    now: at('2011-12-01T00:00'),
  });
  const week = [at('2011-12-28T00:00'), at('2012-01-04T00:00')] as const;
  expect(times(apia({ fri: [['09:00', '10:00']] }), ...week)).toEqual([]);
  expect(times(apia({ thu: [['23:00', '24:00']], sat: [['00:00', '01:00']] }), ...week)).toEqual([
    '12-30T09:00',
    '12-30T10:00',
  ]);
});

test('a hold blocks others until the instant it expires, and never its own viewer', () => {
  const claims = [
    booking('2026-06-08T10:00', '2026-06-08T11:00', { expiresAt: at('2026-06-07T13:00'), viewerId: 'grace' }),
  ];
  const question = ask({}, [host({ claims })]);
  expect(hours(question)).toEqual(['09:00', '11:00']);
  expect(hours({ ...question, viewerId: 'grace' })).toEqual(['09:00', '10:00', '11:00']);
  expect(hours({ ...question, now: at('2026-06-07T12:59') })).toEqual(['09:00', '11:00']);
  expect(hours({ ...question, now: at('2026-06-07T13:00') })).toEqual(['09:00', '10:00', '11:00']);
});

test('a confirmed booking blocks its own guest too, but not its own move', () => {
  const claims = [booking('2026-06-08T10:00', '2026-06-08T11:00', { viewerId: 'grace', bookingId: 'b1' })];
  const question = { ...ask({}, [host({ claims })]), viewerId: 'grace' };
  expect(hours(question)).toEqual(['09:00', '11:00']);
  expect(hours({ ...question, movingBookingId: 'b1' })).toEqual(['09:00', '10:00', '11:00']);
});

test('guests of one session share it until its seats are gone', () => {
  const seat = (): object => booking('2026-06-08T10:00', '2026-06-08T11:00', { meetingTypeId: 'class' });
  const withClaims = (count: number): SlotsQuestion => ({
    ...ask({ seatsPerSlot: 3 }, [host({ claims: Array.from({ length: count }, seat) as never })]),
    meetingTypeId: 'class',
  });
  const seats = (count: number): number[] =>
    freeSlots(withClaims(count), { from: monday, to: monday + day }).map((slot) => slot.seatsLeft);
  expect(seats(2)).toEqual([3, 1, 3]);
  expect(seats(3)).toEqual([3, 3]);
  expect(hours({ ...withClaims(1), meetingTypeId: 'other' })).toEqual(['09:00', '11:00']);
});

test('limits count what is booked and held on the host’s calendar day and ISO week, and only this meeting type', () => {
  const claims = [booking('2026-06-08T09:00', '2026-06-08T10:00', { meetingTypeId: 'intro' })];
  const limited = (limits: object, type = 'intro'): SlotsQuestion => ({
    ...ask({ limits }, [host({ claims })]),
    meetingTypeId: type,
  });
  expect(hours(limited({ perDay: 1 }))).toEqual([]);
  expect(hours(limited({ perDay: 2 }))).toEqual(['10:00', '11:00']);
  expect(hours(limited({ perWeek: 1 }), monday + 4 * day)).toEqual([]);
  expect(hours(limited({ perWeek: 1 }), monday + 7 * day)).toEqual(['09:00', '10:00', '11:00']);
  expect(hours(limited({ minutesPerDay: 119 }))).toEqual([]);
  expect(hours(limited({ minutesPerDay: 120 }))).toEqual(['10:00', '11:00']);
  expect(hours(limited({ perDay: 1 }, 'other'))).toEqual(['10:00', '11:00']);
});

test('who joins a session adds no meeting to the limits', () => {
  const claims = [booking('2026-06-08T10:00', '2026-06-08T11:00')];
  expect(hours(ask({ seatsPerSlot: 2, limits: { perDay: 1 } }, [host({ claims })]))).toEqual(['10:00']);
});

test('a window past midnight goes on into the next day, unless that day has hours of its own', () => {
  const weekly = { mon: [['22:00', '26:00']] as const };
  const late = (changes: object): SlotsQuestion => ask({}, [host({ schedule: schedule({ weekly, ...changes }) })]);
  const all = ['06-08T22:00', '06-08T23:00', '06-09T00:00', '06-09T01:00'];
  expect(times(late({}), monday, monday + 2 * day)).toEqual(all);
  const closed = { blackouts: [{ from: '2026-06-09', to: '2026-06-09' }] };
  expect(times(late(closed), monday, monday + 2 * day)).toEqual(all.slice(0, 2));
  const override = { overrides: [{ date: '2026-06-09', windows: [['10:00', '11:00']] as const }] };
  expect(times(late(override), monday, monday + 2 * day)).toEqual([...all.slice(0, 2), '06-09T10:00']);
});

test('an always open schedule starts its grid anew every day', () => {
  const always = Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((name) => [name, [['00:00', '24:00']] as const]),
  );
  const question = ask({ durationMinutes: 50 }, [host({ schedule: schedule({ weekly: always }) })]);
  expect(times(question, monday).slice(0, 2)).toEqual(['06-08T00:00', '06-08T00:50']);
  expect(times(question, monday + day).slice(0, 2)).toEqual(['06-09T00:00', '06-09T00:50']);
  expect(times(question, monday).at(-1)).toBe('06-08T23:20');
});

test('rolling windows count today and the days after it; business days skip weekends only in the count', () => {
  const friday = { now: at('2026-06-12T08:00') };
  const week = schedule({ weekly: { ...schedule().weekly, sat: [['09:00', '10:00']] } });
  const rolling = (days: number, businessDaysOnly: boolean): string[] => {
    const bookingWindow = { kind: 'rolling' as const, days, businessDaysOnly };
    return times(
      { ...ask({ durationMinutes: 180, bookingWindow }, [host({ schedule: schedule() })]), ...friday },
      monday,
      monday + 14 * day,
    );
  };
  expect(rolling(0, false)).toEqual(['06-12T09:00']);
  expect(rolling(3, false)).toEqual(['06-12T09:00', '06-15T09:00']);
  expect(rolling(2, true)).toEqual(['06-12T09:00', '06-15T09:00', '06-16T09:00']);
  const available = ask({ bookingWindow: { kind: 'rollingAvailable', days: 2 } }, [host({ schedule: week })]);
  expect(times({ ...available, ...friday }, monday, monday + 14 * day)).toEqual([
    '06-12T09:00',
    '06-12T10:00',
    '06-12T11:00',
    '06-13T09:00',
  ]);
});

test('available days are counted from now on, whatever range is asked, and full days do not count', () => {
  const busy = [{ startsAt: monday, endsAt: monday + day }];
  const question = ask({ durationMinutes: 180, bookingWindow: { kind: 'rollingAvailable', days: 2 } }, [
    host({ busy }),
  ]);
  expect(times(question, monday, monday + 14 * day)).toEqual(['06-09T09:00', '06-10T09:00']);
  expect(times(question, monday + 2 * day, monday + 14 * day)).toEqual(['06-10T09:00']);
  expect(claimsNeeded(question, { from: monday + 2 * day, to: monday + 3 * day }).from).toBe(question.now);
});

test('a round robin offers what any host can take, and says who; a collective only what all can', () => {
  const second = host({ hostId: 'grace', schedule: schedule({ weekly: { mon: [['10:30', '13:30']] } }) });
  const question = ask({}, [host(), second]);
  const found = freeSlots(question, { from: monday, to: monday + day });
  expect(found.map((slot) => [new Date(slot.startsAt).toISOString().slice(11, 16), slot.hostIds.join()])).toEqual([
    ['09:00', 'ada'],
    ['10:00', 'ada'],
    ['10:30', 'grace'],
    ['11:00', 'ada'],
    ['11:30', 'grace'],
    ['12:30', 'grace'],
  ]);
  expect(hours({ ...question, mode: 'collective' })).toEqual(['10:30']);
});

test('hosts whose zones are half an hour apart still meet: a collective grid starts where their hours meet', () => {
  const nine = { mon: [['09:00', '17:00']] as const };
  const question = ask({}, [
    host({ schedule: schedule({ weekly: nine, timeZone: 'Europe/London' }) }),
    host({ hostId: 'grace', schedule: schedule({ weekly: nine, timeZone: 'Asia/Kolkata' }) }),
  ]);
  expect(hours({ ...question, mode: 'collective' })).toEqual(['08:00', '09:00', '10:00']);
});

test('isOffered says what the list says', () => {
  expect(isOffered(ask(), at('2026-06-08T10:00'))).toBe(true);
  expect(isOffered(ask(), at('2026-06-08T10:30'))).toBe(false);
});

test('what nobody should ask is refused before any work', () => {
  expect(() => freeSlots(ask(), { from: monday, to: monday + 367 * day })).toThrow(RangeError);
  expect(() => freeSlots(ask({ durationMinutes: 0 }), { from: monday, to: monday + day })).toThrow(RangeError);
  expect(() => freeSlots(ask({ intervalMinutes: NaN }), { from: monday, to: monday + day })).toThrow(RangeError);
  expect(() => times(ask({}, [host({ schedule: schedule({ timeZone: 'Mars/Olympus' }) })]))).toThrow(RangeError);
  expect(freeSlots(ask({}, []), { from: monday, to: monday + day })).toEqual([]);
});

import { expect, test } from 'vitest';
import { ask, at, booking, host, schedule } from '#tests/factories/slots-question.ts';
import { whyNot } from './why.ts';

const codes = (...args: Parameters<typeof whyNot>): string[] => whyNot(...args).map((reason) => reason.code);

test('a time that is offered has no reasons', () => {
  expect(whyNot(ask(), at('2026-06-08T10:00'))).toEqual([]);
});

test('outside hours names the hours of that date', () => {
  expect(whyNot(ask(), at('2026-06-08T07:00'))).toEqual([
    {
      code: 'outside_hours',
      hostId: 'ada',
      date: '2026-06-08',
      overridden: false,
      windows: [{ startsAt: at('2026-06-08T09:00'), endsAt: at('2026-06-08T12:00') }],
    },
  ]);
});

test('a meeting that would last beyond the window does not fit', () => {
  const reasons = whyNot(ask(), at('2026-06-08T11:30'));
  expect(reasons).toEqual([
    { code: 'does_not_fit', hostId: 'ada', windowEndsAt: at('2026-06-08T12:00'), endsAt: at('2026-06-08T12:30') },
  ]);
});

test('a start between two of the grid names both', () => {
  expect(whyNot(ask(), at('2026-06-08T09:20'))).toEqual([
    {
      code: 'not_on_grid',
      intervalMinutes: 60,
      previousStartsAt: at('2026-06-08T09:00'),
      nextStartsAt: at('2026-06-08T10:00'),
    },
  ]);
});

test('closed dates say why they are closed', () => {
  const blackouts = [{ from: '2026-06-08', to: '2026-06-12' }];
  const away = [{ from: '2026-06-15', to: '2026-06-15' }];
  const question = ask({}, [
    host({ schedule: schedule({ blackouts, outOfOffice: away, overrides: [{ date: '2026-06-16', windows: [] }] }) }),
  ]);
  expect(whyNot(question, at('2026-06-09T10:00'))).toEqual([
    { code: 'blackout', hostId: 'ada', date: '2026-06-09', from: '2026-06-08', to: '2026-06-12' },
  ]);
  expect(codes(question, at('2026-06-15T10:00'))).toEqual(['out_of_office']);
  expect(codes(question, at('2026-06-16T10:00'))).toEqual(['override_closed']);
});

test('past, notice and booking window carry their bounds', () => {
  const question = ask({ noticeMinutes: 24 * 60, bookingWindow: { kind: 'rolling', days: 3 } });
  expect(whyNot(question, at('2026-06-05T10:00'))).toMatchObject([
    { code: 'past' },
    { code: 'booking_window', firstDate: '2026-06-07', lastDate: '2026-06-10' },
  ]);
  expect(whyNot(question, at('2026-06-08T10:00'))).toEqual([
    { code: 'notice', noticeMinutes: 1440, earliestStartsAt: at('2026-06-08T12:00') },
  ]);
  expect(whyNot(question, at('2026-06-11T10:00'))).toMatchObject([{ code: 'booking_window', date: '2026-06-11' }]);
});

test('what is in the way is named: the booking, the hold, the buffer between, the outside calendar', () => {
  const claims = [
    booking('2026-06-08T10:00', '2026-06-08T11:00', { bookingId: 'b1', bufferBeforeMinutes: 20 }),
    booking('2026-06-09T10:00', '2026-06-09T11:00', { bookingId: 'b2', expiresAt: at('2026-06-08T00:00') }),
  ];
  const busy = [{ startsAt: at('2026-06-10T09:50'), endsAt: at('2026-06-10T10:10'), source: 'google' }];
  const question = ask({ bufferAfterMinutes: 10 }, [host({ claims, busy })]);
  expect(whyNot(question, at('2026-06-08T10:00'))).toMatchObject([{ code: 'booked', bookingId: 'b1' }]);
  expect(whyNot(question, at('2026-06-09T10:00'))).toMatchObject([
    { code: 'held', bookingId: 'b2', expiresAt: at('2026-06-08T00:00') },
  ]);
  expect(whyNot(question, at('2026-06-08T09:00'))).toMatchObject([
    { code: 'buffer', bookingId: 'b1', gapMinutes: 0, neededMinutes: 30 },
  ]);
  expect(whyNot(question, at('2026-06-10T10:00'))).toMatchObject([
    { code: 'busy', source: 'google', duringBuffer: false },
  ]);
});

test('limits say what is used of them', () => {
  const claims = [booking('2026-06-08T09:00', '2026-06-08T10:00')];
  const limits = { perDay: 1, perWeek: 1, minutesPerDay: 90 };
  expect(whyNot(ask({ limits }, [host({ claims })]), at('2026-06-08T10:00'))).toEqual([
    { code: 'daily_limit', hostId: 'ada', date: '2026-06-08', limit: 1, count: 1 },
    { code: 'weekly_limit', hostId: 'ada', week: '2026-W24', limit: 1, count: 1 },
    { code: 'minutes_limit', hostId: 'ada', date: '2026-06-08', limitMinutes: 90, usedMinutes: 60 },
  ]);
});

test('a full session is full, not booked', () => {
  const claims = [1, 2].map(() => booking('2026-06-08T10:00', '2026-06-08T11:00'));
  expect(whyNot(ask({ seatsPerSlot: 2 }, [host({ claims })]), at('2026-06-08T10:00'))).toEqual([
    { code: 'full', hostId: 'ada', seatsPerSlot: 2 },
  ]);
});

test('without hosts, nobody can be met; of several, one is enough', () => {
  expect(codes(ask({}, []), at('2026-06-08T10:00'))).toEqual(['no_hosts']);
  const claims = [booking('2026-06-08T10:00', '2026-06-08T11:00')];
  const hosts = [host({ claims }), host({ hostId: 'grace' })];
  expect(codes(ask({}, hosts), at('2026-06-08T10:00'))).toEqual([]);
  expect(whyNot({ ...ask({}, hosts), mode: 'collective' }, at('2026-06-08T10:00'))).toMatchObject([
    { code: 'booked', hostId: 'ada' },
  ]);
});

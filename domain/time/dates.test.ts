import fc from 'fast-check';
import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { formatDate, formatIsoWeek, formatTimeOfDay, parseDate, parseTimeOfDay, weekdayOf } from './dates.ts';

test('dates are read only when the calendar has them', () => {
  expect(formatDate(parseDate('2024-02-29')!)).toBe('2024-02-29');
  expect(['2026-02-29', '2026-13-01', '26-01-01', '2026-1-1', '2026-01-01T00:00', ''].map(parseDate)).toEqual(
    Array(6).fill(null),
  );
});

test('times of day go on past midnight, to the end of the next day', () => {
  expect(['00:00', '09:30', '24:00', '26:15', '48:00'].map(parseTimeOfDay)).toEqual([0, 570, 1440, 1575, 2880]);
  expect(['48:01', '9:00', '09:60', '-1:00', ''].map(parseTimeOfDay)).toEqual(Array(5).fill(null));
  expect(formatTimeOfDay(1575)).toBe('26:15');
});

test('weeks are those of ISO 8601, around the turn of the year too', () => {
  expect(weekdayOf(parseDate('2026-11-23')!)).toBe(0);
  const weeks = ['2020-12-31', '2021-01-03', '2021-01-04', '2024-12-30'].map((date) => formatIsoWeek(parseDate(date)!));
  expect(weeks).toEqual(['2020-W53', '2020-W53', '2021-W01', '2025-W01']);
});

/** Texts that look like what they are not, and texts that look like nothing. */
const digits = fc.string({ unit: fc.constantFrom(...'0123456789-:+TZ. '), maxLength: 14 });
const nearlyDate = fc
  .tuple(fc.nat(9_999), fc.nat(14), fc.nat(33))
  .map(([year, month, day]) =>
    [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-'),
  );
const text = fc.oneof(fc.string({ unit: 'binary' }), digits, nearlyDate);

test('whatever is typed, a date is read as the calendar says or not at all', () => {
  fc.assert(
    fc.property(text, (typed) => {
      const day = parseDate(typed);
      if (day !== null) expect(formatDate(day)).toBe(typed);
      const known = DateTime.fromFormat(typed, 'yyyy-MM-dd', { zone: 'utc' });
      // Years before 100 are not ours to tell: no calendar here reaches there.
      if (/^\d{4}-\d{2}-\d{2}$/.test(typed) && typed >= '0100') expect(day !== null).toBe(known.isValid);
    }),
    { numRuns: 2_000 },
  );
});

test('whatever is typed, a time of day is read as it is written back, or not at all', () => {
  const nearlyTime = fc
    .tuple(fc.nat(60), fc.nat(70))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  fc.assert(
    fc.property(fc.oneof(text, nearlyTime), (typed) => {
      const minutes = parseTimeOfDay(typed);
      if (minutes === null) return;
      expect(formatTimeOfDay(minutes)).toBe(typed);
      expect(minutes).toBeLessThanOrEqual(2_880);
    }),
    { numRuns: 2_000 },
  );
});

import { expect, test } from 'vitest';
import { occurrences } from './recurrence.ts';
import type { RecurrenceRule } from './recurrence.ts';

const plain: RecurrenceRule = {
  frequency: 'DAILY',
  interval: 1,
  months: [],
  weekNumbers: [],
  yearDays: [],
  monthDays: [],
  weekdays: [],
  hours: [],
  minutes: [],
  seconds: [],
  setPositions: [],
  weekStart: 0,
};
const every = (...weekdays: number[]) => weekdays.map((weekday) => ({ weekday, ordinal: 0 }));

function list(rule: Partial<RecurrenceRule>, start: string, to = '2200-01-01', most = 12): string[] {
  const found: string[] = [];
  for (const time of occurrences(
    { ...plain, ...rule },
    Date.parse(`${start}Z`),
    Date.parse(`${start}Z`),
    Date.parse(`${to}T00:00Z`),
  )) {
    found.push(new Date(time).toISOString().slice(0, 16));
    if (found.length === most) break;
  }
  return found;
}
const dates = (...args: Parameters<typeof list>) => list(...args).map((text) => text.slice(0, 10));

// The examples are those of RFC 5545 3.8.5.3.
test('every other week on Tuesday and Sunday depends on where the week starts', () => {
  const rule: Partial<RecurrenceRule> = { frequency: 'WEEKLY', interval: 2, count: 4, weekdays: every(1, 6) };
  expect(dates(rule, '1997-08-05T09:00')).toEqual(['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24']);
  expect(dates({ ...rule, weekStart: 6 }, '1997-08-05T09:00')).toEqual([
    '1997-08-05',
    '1997-08-17',
    '1997-08-19',
    '1997-08-31',
  ]);
});

test('the last weekday of a month is found by position', () => {
  const rule: Partial<RecurrenceRule> = { frequency: 'MONTHLY', weekdays: every(0, 1, 2, 3, 4), setPositions: [-2] };
  expect(dates(rule, '1997-09-29T09:00', '2200-01-01', 4)).toEqual([
    '1997-09-29',
    '1997-10-30',
    '1997-11-27',
    '1997-12-30',
  ]);
});

test('ordinals count within the month, or within the year of a yearly rule', () => {
  const firstFriday: Partial<RecurrenceRule> = {
    frequency: 'MONTHLY',
    count: 3,
    weekdays: [{ weekday: 4, ordinal: 1 }],
  };
  expect(dates(firstFriday, '1997-09-05T09:00')).toEqual(['1997-09-05', '1997-10-03', '1997-11-07']);
  const lastMondayButOne: Partial<RecurrenceRule> = {
    frequency: 'MONTHLY',
    count: 3,
    weekdays: [{ weekday: 0, ordinal: -2 }],
  };
  expect(dates(lastMondayButOne, '1997-09-22T09:00')).toEqual(['1997-09-22', '1997-10-20', '1997-11-17']);
  const twentieth: Partial<RecurrenceRule> = { frequency: 'YEARLY', weekdays: [{ weekday: 0, ordinal: 20 }] };
  expect(dates(twentieth, '1997-05-19T09:00', '2000-01-01')).toEqual(['1997-05-19', '1998-05-18', '1999-05-17']);
});

test('week numbers, days of the year and negative days of the month', () => {
  const week20: Partial<RecurrenceRule> = { frequency: 'YEARLY', weekNumbers: [20], weekdays: every(0) };
  expect(dates(week20, '1997-05-12T09:00', '2000-01-01')).toEqual(['1997-05-12', '1998-05-11', '1999-05-17']);
  const yearDays: Partial<RecurrenceRule> = { frequency: 'YEARLY', interval: 3, count: 5, yearDays: [1, 100, 200] };
  expect(dates(yearDays, '1997-01-01T09:00')).toEqual([
    '1997-01-01',
    '1997-04-10',
    '1997-07-19',
    '2000-01-01',
    '2000-04-09',
  ]);
  const thirdToLast: Partial<RecurrenceRule> = { frequency: 'MONTHLY', count: 3, monthDays: [-3] };
  expect(dates(thirdToLast, '1997-09-28T09:00')).toEqual(['1997-09-28', '1997-10-29', '1997-11-28']);
});

test('months without the day, and years without it, are passed over', () => {
  const rule: Partial<RecurrenceRule> = { frequency: 'MONTHLY', count: 3 };
  expect(dates(rule, '2026-01-31T09:00')).toEqual(['2026-01-31', '2026-03-31', '2026-05-31']);
  expect(dates({ frequency: 'YEARLY', count: 2 }, '2024-02-29T09:00')).toEqual(['2024-02-29', '2028-02-29']);
});

test('Friday the thirteenth, and election day', () => {
  const friday13: Partial<RecurrenceRule> = { frequency: 'MONTHLY', weekdays: every(4), monthDays: [13] };
  expect(dates(friday13, '1998-02-13T09:00', '1999-12-01')).toEqual([
    '1998-02-13',
    '1998-03-13',
    '1998-11-13',
    '1999-08-13',
  ]);
  const election: Partial<RecurrenceRule> = {
    frequency: 'YEARLY',
    interval: 4,
    months: [11],
    weekdays: every(1),
    monthDays: [2, 3, 4, 5, 6, 7, 8],
  };
  expect(dates(election, '1996-11-05T09:00', '2005-01-01')).toEqual(['1996-11-05', '2000-11-07', '2004-11-02']);
});

test('hours and minutes expand a day and limit shorter periods', () => {
  const daily: Partial<RecurrenceRule> = { hours: [9, 10], minutes: [0, 30], count: 5 };
  const times = ['09:00', '09:30', '10:00', '10:30'].map((time) => `1997-09-02T${time}`);
  expect(list(daily, '1997-09-02T09:00')).toEqual([...times, '1997-09-03T09:00']);
  const minutely: Partial<RecurrenceRule> = { frequency: 'MINUTELY', interval: 30, hours: [9, 10], count: 5 };
  expect(list(minutely, '1997-09-02T09:00')).toEqual([...times, '1997-09-03T09:00']);
});

test('the start is the first occurrence and is counted, even when the rule would not give it', () => {
  const mondays: Partial<RecurrenceRule> = { weekdays: every(0), count: 3 };
  expect(dates(mondays, '2026-03-04T09:00')).toEqual(['2026-03-04', '2026-03-09', '2026-03-16']);
});

test('a rule that can never come true ends with the range, and an endless search is refused', () => {
  const february30: Partial<RecurrenceRule> = { months: [2], monthDays: [30] };
  expect(dates(february30, '2026-01-01T09:00', '2027-01-01')).toEqual(['2026-01-01']);
  const never: Partial<RecurrenceRule> = { frequency: 'SECONDLY', months: [2], monthDays: [30] };
  expect(() => list(never, '2026-01-01T09:00')).toThrow(RangeError);
});

test('without a count, years long past cost nothing', () => {
  const rule = { ...plain, frequency: 'WEEKLY' as const, interval: 2 };
  const found = [
    ...occurrences(
      rule,
      Date.parse('1900-01-01T09:00Z'),
      Date.parse('2026-01-01T00:00Z'),
      Date.parse('2026-02-01T00:00Z'),
    ),
  ];
  const inRange = found.map((time) => new Date(time).toISOString().slice(0, 10)).filter((date) => date >= '2026');
  expect(inRange).toEqual(['2026-01-12', '2026-01-26']);
  expect(found.length).toBeLessThan(8);
});

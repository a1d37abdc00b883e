import { expect, test } from 'vitest';
import { addMonths, dateByKey, daysIn, shiftMonth, weekdayOf, weeksOf } from './calendar.ts';

test('a month’s page has seven cells a row, and begins on the week’s first day', () => {
  const fromMonday = weeksOf('2026-11', 1);
  expect(fromMonday[0]).toEqual([null, null, null, null, null, null, '2026-11-01']);
  expect(fromMonday.at(-1)?.[0]).toBe('2026-11-30');
  expect(weeksOf('2026-11', 7)[0]?.[0]).toBe('2026-11-01');
  expect(weeksOf('2026-02', 7).flat()).toHaveLength(28);
});

test('leap years count', () => {
  expect(daysIn('2028-02')).toBe(29);
  expect(daysIn('2100-02')).toBe(28);
  expect(weekdayOf('2026-11-21')).toBe(6);
});

test('a month later is the same day, or the last one when the month is shorter', () => {
  expect(addMonths('2027-01-31', 1)).toBe('2027-02-28');
  expect(addMonths('2026-12-15', 1)).toBe('2027-01-15');
  expect(shiftMonth('2026-01', -1)).toBe('2025-12');
});

test('arrow, page, home and end keys move as in any date grid; other keys do not', () => {
  const key = (name: string, shift = false) => dateByKey('2026-11-25', name, shift, 1);
  expect(key('ArrowLeft')).toBe('2026-11-24');
  expect(key('ArrowDown')).toBe('2026-12-02');
  expect(key('Home')).toBe('2026-11-23');
  expect(key('End')).toBe('2026-11-29');
  expect(key('PageUp')).toBe('2026-10-25');
  expect(key('PageDown', true)).toBe('2027-11-25');
  expect(key('x')).toBeNull();
});

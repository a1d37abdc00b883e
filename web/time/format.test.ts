import { expect, test } from 'vitest';
import { clock, countdown, dateName, day, lengthName, relative, weekdayNames } from './format.ts';

const riga = { locale: 'en-GB', zone: 'Europe/Riga' } as const;

test('times are those of the zone, in the clock the reader chose', () => {
  expect(clock('2026-11-25T09:15:00Z', { ...riga, hourCycle: 'h23' })).toBe('11:15');
  expect(clock('2026-11-25T22:15:00Z', { ...riga, hourCycle: 'h23' })).toBe('00:15');
  expect(clock('2026-11-25T22:15:00Z', { ...riga, hourCycle: 'h12' })).toMatch(/^12:15.am$/i);
});

test('a date always has its weekday', () => {
  expect(day('2026-11-25T09:15:00Z', riga)).toBe('Wed 25 Nov');
  expect(dateName('2026-11-25', 'de-DE', 'long')).toBe('Mittwoch, 25. November 2026');
  expect(weekdayNames('en-GB', 1, 'short')[0]).toBe('Mon');
  expect(weekdayNames('en-GB', 7, 'short')[0]).toBe('Sun');
});

test('a countdown shows what is left, and never less than nothing', () => {
  expect(countdown(558_000)).toBe('9:18');
  expect(countdown(3_729_000)).toBe('1:02:09');
  expect(countdown(-5)).toBe('0:00');
});

test('how long ago is said in the language’s words', () => {
  const now = new Date('2026-11-25T10:00:00Z');
  expect(relative('2026-11-25T09:58:00Z', now, 'en')).toBe('2 minutes ago');
  expect(relative('2026-11-24T09:58:00Z', now, 'de')).toBe('gestern');
});

test('a length is said in days, hours and minutes', () => {
  expect(lengthName(1440, 'en-GB')).toBe('1 day');
  expect(lengthName(90, 'en-GB')).toBe('1 hour, 30 minutes');
  expect(lengthName(0, 'en-GB')).toBe('0 minutes');
  expect(lengthName(2 * 1440 + 60, 'de-DE')).toBe('2 Tage, 1 Stunde');
});

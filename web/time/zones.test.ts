import { expect, test } from 'vitest';
import { changesBetween, dateIn, instantAt, offsetMinutes, offsetName, placeName } from './zones.ts';

const winter = new Date('2026-12-01T12:00:00Z');
const summer = new Date('2026-07-01T12:00:00Z');

test('offsets are those of the moment, whole hours or not, east and west', () => {
  expect(offsetMinutes('Europe/Riga', winter)).toBe(120);
  expect(offsetMinutes('Europe/Riga', summer)).toBe(180);
  expect(offsetName('Asia/Kathmandu', winter)).toBe('UTC+5:45');
  expect(offsetName('America/St_Johns', winter)).toBe('UTC−3:30');
  expect(offsetName('UTC', winter)).toBe('UTC');
});

test('a place is its city, with its region only where the zone names one', () => {
  expect(placeName('Europe/Riga')).toBe('Riga');
  expect(placeName('America/Argentina/Buenos_Aires')).toBe('Buenos Aires, Argentina');
});

test('the date of a moment is that of the zone’s calendar', () => {
  expect(dateIn('Pacific/Kiritimati', new Date('2026-12-31T11:00:00Z'))).toBe('2027-01-01');
  expect(dateIn('America/Los_Angeles', new Date('2027-01-01T07:00:00Z'))).toBe('2026-12-31');
});

test('a clock change between two moments is noticed', () => {
  expect(changesBetween('Europe/Berlin', summer, winter)).toBe(true);
  expect(changesBetween('Asia/Tokyo', summer, winter)).toBe(false);
});

test('a wall clock becomes its moment, also around clock changes: a skipped hour moves on, of a repeated hour the first counts', () => {
  expect(instantAt('2026-12-01T09:00', 'Europe/Berlin').toISOString()).toBe('2026-12-01T08:00:00.000Z');
  expect(instantAt('2026-03-29T02:30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z');
  expect(instantAt('2026-10-25T02:30', 'Europe/Berlin').toISOString()).toBe('2026-10-25T00:30:00.000Z');
  expect(instantAt('2026-10-25T03:30', 'Europe/Berlin').toISOString()).toBe('2026-10-25T02:30:00.000Z');
});

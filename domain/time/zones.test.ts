import { expect, test } from 'vitest';
import { parseDate } from './dates.ts';
import { dateAt, dateExistsIn, isTimeZone, offsetAt, resolveWall, startOfDate, zoneTable } from './zones.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);
const iso = (instant: number): string => new Date(instant).toISOString().slice(0, 16);
const hours = (instant: number, timeZone: string): number => offsetAt(timeZone, instant) / 3_600_000;

test('a wall time in a gap is read with the offset before it', () => {
  expect(iso(resolveWall('America/New_York', wall('2026-03-08T02:30')))).toBe('2026-03-08T07:30');
  expect(iso(resolveWall('Australia/Lord_Howe', wall('2026-10-04T02:15')))).toBe('2026-10-03T15:45');
});

test('a repeated wall time is its first occurrence', () => {
  expect(iso(resolveWall('America/New_York', wall('2026-11-01T01:30')))).toBe('2026-11-01T05:30');
  expect(iso(resolveWall('Australia/Lord_Howe', wall('2026-04-05T01:45')))).toBe('2026-04-04T14:45');
});

test('offsets follow the zone database: negative summer time, quarters, half-hour changes', () => {
  expect(hours(wall('2026-03-01T12:00'), 'Africa/Casablanca')).toBe(0);
  expect(hours(wall('2026-06-01T12:00'), 'Africa/Casablanca')).toBe(1);
  expect(hours(wall('2026-01-01T12:00'), 'Pacific/Chatham')).toBe(13.75);
  expect(hours(wall('2026-01-01T12:00'), 'Australia/Lord_Howe')).toBe(11);
  expect(hours(wall('2026-07-01T12:00'), 'Australia/Lord_Howe')).toBe(10.5);
});

test('a change is known to the second', () => {
  const change = wall('2026-03-29T01:00');
  expect(hours(change - 1, 'Europe/Berlin')).toBe(1);
  expect(hours(change, 'Europe/Berlin')).toBe(2);
});

test('a date starts when its clock first shows it, also where midnight does not exist', () => {
  expect(iso(startOfDate('Asia/Beirut', parseDate('2026-03-29')!))).toBe('2026-03-28T22:00');
  expect(iso(startOfDate('America/Sao_Paulo', parseDate('2018-02-18')!))).toBe('2018-02-18T03:00');
});

test('a skipped date does not exist, and its neighbours meet', () => {
  const day = parseDate('2011-12-30')!;
  const table = zoneTable('Pacific/Apia', wall('2011-12-30T00:00'));
  expect([day - 1, day, day + 1].map((each) => dateExistsIn(table, each))).toEqual([true, false, true]);
  expect(iso(startOfDate('Pacific/Apia', day))).toBe(iso(startOfDate('Pacific/Apia', day + 1)));
  expect(dateAt('Pacific/Apia', wall('2011-12-30T09:59'))).toBe(day - 1);
});

test('years meet without a seam', () => {
  for (const timeZone of ['Asia/Kathmandu', 'America/New_York', 'Pacific/Apia']) {
    const midnight = startOfDate(timeZone, parseDate('2026-01-01')!);
    expect(midnight - startOfDate(timeZone, parseDate('2025-12-31')!)).toBe(86_400_000);
  }
});

test('only names of the zone database are zones', () => {
  expect(['Europe/Berlin', 'UTC', 'Etc/GMT+12'].every(isTimeZone)).toBe(true);
  expect(['', '+02:00', 'Mars/Olympus', 'Europe/Berlin\u0000', 'x'.repeat(500)].some(isTimeZone)).toBe(false);
});

import { expect, test } from 'vitest';
import { isTimeZone } from './primitives.ts';

test('a time zone is one that IANA names, as the database knows no others', () => {
  const names = [
    'Europe/Riga',
    'europe/kyiv',
    'Asia/Calcutta',
    'Etc/GMT+5',
    'EST5EDT',
    'CET',
    'PRC',
    'ROK',
    'GMT',
    'UTC',
  ];
  expect(names.filter((name) => !isTimeZone(name))).toEqual([]);
  // Abbreviations that Intl takes for zones: BST for Dhaka, where Postgres reads British summer time.
  const others = [
    'BST',
    'ist',
    'AET',
    'PNT',
    'CST',
    'MIT',
    'US/Pacific-New',
    'SystemV/EST5EDT',
    '+02:00',
    'Mars/Olympus',
  ];
  expect(others.filter(isTimeZone)).toEqual([]);
});

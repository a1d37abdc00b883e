import { describe, expect, it } from 'vitest';
import { showTimes, shortTime, zoneInWords } from './times.ts';

const at = (iso: string): Date => new Date(iso);

describe('times in a mail', () => {
  it.each([
    [
      'en-GB',
      'Wednesday, 25 November 2026',
      '11:15 – 12:00',
      'Wed 25 Nov, 11:15',
      'Eastern European Standard Time (UTC+2)',
    ],
    [
      'en-US',
      'Wednesday, November 25, 2026',
      '11:15 AM – 12:00 PM',
      'Wed, Nov 25, 11:15 AM',
      'Eastern European Standard Time (UTC+2)',
    ],
    [
      'de-DE',
      'Mittwoch, 25. November 2026',
      '11:15 – 12:00',
      'Mi., 25. Nov., 11:15',
      'Osteuropäische Normalzeit (UTC+2)',
    ],
  ])('are written as %s is used to', (locale, date, range, short, zone) => {
    const shown = showTimes(at('2026-11-25T09:15:00Z'), at('2026-11-25T10:00:00Z'), {
      locale,
      timeZone: 'Europe/Riga',
    });
    expect(shown).toMatchObject({ date, range, short, zone });
  });

  it('follow the recipient’s choice of clock', () => {
    const us = { locale: 'en-US', timeZone: 'Europe/Riga', hourCycle: 'h23' } as const;
    expect(showTimes(at('2026-11-25T13:15:00Z'), at('2026-11-25T14:00:00Z'), us).range).toBe('15:15 – 16:00');
    const gb = { locale: 'en-GB', timeZone: 'Europe/Riga', hourCycle: 'h12' } as const;
    expect(shortTime(at('2026-11-25T13:15:00Z'), gb)).toBe('Wed 25 Nov, 3:15 pm');
  });

  it('name the day of an end that lies on another day', () => {
    const shown = showTimes(at('2026-11-25T21:30:00Z'), at('2026-11-25T22:15:00Z'), {
      locale: 'en-GB',
      timeZone: 'Europe/Riga',
    });
    expect(shown.range).toBe('23:30 – Thu 26 Nov, 00:15');
  });

  it('have the day that the recipient has, not the day in Greenwich', () => {
    const shown = showTimes(at('2026-11-25T23:30:00Z'), at('2026-11-26T00:15:00Z'), {
      locale: 'en-GB',
      timeZone: 'Asia/Tokyo',
    });
    expect(shown.date).toBe('Thursday, 26 November 2026');
    expect(shown.start).toBe('08:30');
  });

  it.each([
    ['Europe/Riga', '2026-07-01T12:00:00Z', 'Eastern European Summer Time (UTC+3)'],
    ['Europe/Riga', '2026-10-25T00:59:00Z', 'Eastern European Summer Time (UTC+3)'],
    ['Europe/Riga', '2026-10-25T01:00:00Z', 'Eastern European Standard Time (UTC+2)'],
    ['America/New_York', '2026-11-25T12:00:00Z', 'Eastern Standard Time (UTC−5)'],
    ['Asia/Kathmandu', '2026-11-25T12:00:00Z', 'Nepal Time (UTC+5:45)'],
    ['Europe/London', '2026-11-25T12:00:00Z', 'Greenwich Mean Time (UTC)'],
    ['UTC', '2026-11-25T12:00:00Z', 'Coordinated Universal Time (UTC)'],
    ['Etc/GMT+5', '2026-11-25T12:00:00Z', 'UTC−5'],
    ['America/Punta_Arenas', '2026-11-25T12:00:00Z', 'Punta Arenas (UTC−3)'],
  ])('name the zone %s at %s as %s', (timeZone, instant, words) => {
    expect(zoneInWords(at(instant), { locale: 'en-GB', timeZone })).toBe(words);
  });

  it('cannot be shown in a zone that does not exist', () => {
    expect(() => shortTime(at('2026-11-25T12:00:00Z'), { locale: 'en-GB', timeZone: 'Mars/Base' })).toThrow(RangeError);
  });
});

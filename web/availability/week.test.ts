import { describe, expect, it } from 'vitest';
import { copyToWorkdays, endAfter, isOpen, nextWindow, paint, shownEnd, windowsFit } from './week.ts';
import type { Window } from './weekdays.ts';

const day: Window[] = [['09:00', '17:00']];

describe('the weekly hours in the editor', () => {
  it('take an end that is not after the start as one of the next day, and show it as the clock does', () => {
    expect(endAfter('22:00', '02:00')).toBe('26:00');
    expect(shownEnd('26:00')).toBe('02:00');
    expect(endAfter('09:00', '00:00')).toBe('24:00');
    expect(endAfter('09:00', '17:00')).toBe('17:00');
  });

  it('keep an evening that goes past midnight when the afternoon is painted', () => {
    expect(paint([['22:00', '26:00']], 26, 27, true)).toEqual([
      ['13:00', '14:00'],
      ['22:00', '26:00'],
    ]);
  });

  it('are not fit to be saved while they overlap', () => {
    expect(
      windowsFit([
        ['09:00', '12:00'],
        ['12:00', '13:00'],
      ]),
    ).toBe(true);
    expect(
      windowsFit([
        ['09:00', '12:00'],
        ['11:00', '13:00'],
      ]),
    ).toBe(false);
  });

  it('open, join what touches and split where they are closed, as they are painted', () => {
    expect(paint([], 18, 19, true)).toEqual([['09:00', '10:00']]);
    expect(paint(day, 34, 35, true)).toEqual([['09:00', '18:00']]);
    expect(paint(day, 24, 25, false)).toEqual([
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ]);
    expect(paint(day, 33, 18, false)).toEqual([]);
    expect(paint([], 47, 47, true)).toEqual([['23:30', '24:00']]);
  });

  it('show a half hour as open only when all of it is', () => {
    expect(isOpen([['09:15', '17:00']], 18)).toBe(false);
    expect(isOpen([['09:15', '17:00']], 19)).toBe(true);
  });

  it('offer next hours that do not overlap those there are, as long as the day has room', () => {
    expect(nextWindow([])).toEqual(['09:00', '17:00']);
    expect(windowsFit([...day, nextWindow(day)])).toBe(true);
  });

  it('are copied to the working days and leave the weekend alone', () => {
    const copied = copyToWorkdays({ mon: day, tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }, 'mon');
    expect(copied.fri).toEqual(day);
    expect(copied.sat).toEqual([]);
  });
});

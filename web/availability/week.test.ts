import { describe, expect, it } from 'vitest';
import { endAfter, paint, shownEnd, windowsFit } from './week.ts';

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
});

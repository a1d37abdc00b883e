import { expect, test } from 'vitest';
import { conversion, periods, rangeOf, total, type Day } from './figures.ts';

const day = (date: string, figures: Partial<Day> = {}): Day => ({
  ...{ date, views: 0, held: 0, toSign: 0, signed: 0, confirmed: 0, completed: 0, noShow: 0 },
  ...figures,
});
const daysFrom = (count: number): Day[] =>
  Array.from({ length: count }, (_, index) =>
    day(new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10), { held: 1, views: 2 }),
  );

test('a range ends today and has as many days as its name says', () => {
  expect(rangeOf('2026-03-01', 7)).toEqual({ from: '2026-02-23', to: '2026-03-01' });
});

test('a long range is shown by weeks from Monday, and nothing is lost in them', () => {
  const days = daysFrom(90);
  const { unit, periods: weeks } = periods(days);
  expect(unit).toBe('week');
  expect(weeks[0]?.date).toBe('2025-12-29');
  expect(total(weeks)).toEqual(total(days));
  expect(periods(daysFrom(30)).unit).toBe('day');
});

test('each step of the conversion is a share of the one before; who signs is a share of those with something to sign', () => {
  const steps = conversion([day('2026-01-01', { views: 10, held: 5, toSign: 4, signed: 3, confirmed: 4 })]);
  expect(steps.map(({ name, share }) => [name, share])).toEqual([
    ['views', null],
    ['held', 0.5],
    ['signed', 0.75],
    ['confirmed', 0.8],
  ]);
});

test('without an NDA, signing is no step; without views, there is no share of them', () => {
  const steps = conversion([day('2026-01-01', { held: 2, confirmed: 2 })]);
  expect(steps.map(({ name, share }) => [name, share])).toEqual([
    ['views', null],
    ['held', null],
    ['confirmed', 1],
  ]);
});

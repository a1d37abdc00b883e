import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains, intersect, overlaps, subtract, union } from './intervals.ts';
import type { Interval } from './intervals.ts';

const anyIntervals = fc.array(
  fc.tuple(fc.nat(60), fc.nat(12)).map(([start, length]): Interval => ({ start, end: start + length })),
  { maxLength: 10 },
);
const points = (intervals: readonly Interval[]): number[] =>
  Array.from({ length: 80 }, (_, point) => point).filter((point) =>
    intervals.some(({ start, end }) => start <= point && point < end),
  );

test('union, intersection and difference are those of the points', () => {
  fc.assert(
    fc.property(anyIntervals, anyIntervals, (left, right) => {
      const [a, b] = [union(left), union(right)];
      expect(points(a)).toEqual(points(left));
      expect(points(intersect(a, b))).toEqual(points(a).filter((point) => points(b).includes(point)));
      expect(points(subtract(a, b))).toEqual(points(a).filter((point) => !points(b).includes(point)));
    }),
  );
});

test('a union is sorted and nothing in it touches', () => {
  fc.assert(
    fc.property(anyIntervals, (intervals) => {
      const merged = union(intervals);
      expect(merged.every(({ start, end }) => start < end)).toBe(true);
      expect(merged.every(({ start }, index) => index === 0 || merged[index - 1]!.end < start)).toBe(true);
    }),
  );
});

test('what ends at nine neither overlaps nor contains what starts at nine', () => {
  expect(overlaps({ start: 8, end: 9 }, { start: 9, end: 10 })).toBe(false);
  expect(overlaps({ start: 8, end: 10 }, { start: 9, end: 10 })).toBe(true);
  expect(contains({ start: 8, end: 10 }, { start: 9, end: 10 })).toBe(true);
  expect(contains({ start: 8, end: 9 }, { start: 9, end: 10 })).toBe(false);
});

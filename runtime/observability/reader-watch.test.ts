import { expect, test } from 'vitest';
import { watchReader } from './reader-watch.ts';

test('a reader is behind for as long as it stands still with facts before it', () => {
  const reader = watchReader();
  expect(reader.behindForMs(7, 7, 0)).toBe(0);
  expect(reader.behindForMs(7, 9, 1_000)).toBe(0);
  expect(reader.behindForMs(7, 12, 21_000)).toBe(20_000);
});

test('one that moves is not, however far behind; nor one that has told all', () => {
  const reader = watchReader();
  reader.behindForMs(7, 100, 0);
  expect(reader.behindForMs(8, 200, 60_000)).toBe(0);
  expect(reader.behindForMs(8, 200, 90_000)).toBe(30_000);
  expect(reader.behindForMs(200, 200, 120_000)).toBe(0);
  expect(reader.behindForMs(200, 201, 180_000)).toBe(0);
});

import { expect, test } from 'vitest';
import { boundsOf, isSignature } from './ink.ts';

const line = Array.from({ length: 10 }, (_, index) => ({ x: 10 + index * 5, y: 20 }));

test('a slip of the finger is no signature, a line is', () => {
  expect(isSignature([])).toBe(false);
  expect(isSignature([[{ x: 1, y: 1 }]])).toBe(false);
  expect(isSignature([line])).toBe(true);
});

test('the picture is cut to what was drawn, with a margin', () => {
  expect(boundsOf([line], 8)).toEqual({ x: 2, y: 12, width: 61, height: 16 });
  expect(boundsOf([], 8)).toBeNull();
});

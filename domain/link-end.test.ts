import { expect, it } from 'vitest';
import { isLinkOver } from './link-end.ts';

const askedAt = new Date('2027-03-01T12:00:00Z');

it.each([
  [{ expiresInMinutes: 30 }, '2027-03-01T12:29:59Z', false],
  [{ expiresInMinutes: 30 }, '2027-03-01T12:30:00Z', true],
  [{ expiresInDays: 7 }, '2027-03-08T11:59:59Z', false],
  [{ expiresInDays: 7 }, '2027-03-08T12:00:00Z', true],
])('a link that is good for %o is at %s over: %s', (life, now, isOver) => {
  expect(isLinkOver(life, askedAt, new Date(now))).toBe(isOver);
});

import { expect, test, vi } from 'vitest';
import { slotDays } from './offer.ts';

const newYear = Date.UTC(2027, 0, 1);

/** The same name with other capitals: as many as wanted. */
const spelled = (name: string, variant: number): string =>
  [...name].map((letter, place) => ((variant >> place) & 1 ? letter.toUpperCase() : letter.toLowerCase())).join('');

test('slots stand under their dates in the zone', () => {
  expect(slotDays([newYear - 1, newYear], 'UTC').map(({ date }) => date)).toEqual(['2026-12-31', '2027-01-01']);
  expect(slotDays([newYear - 1, newYear], 'Asia/Tokyo').map(({ date }) => date)).toEqual(['2027-01-01']);
});

test('a zone that is asked for in ever new spellings fills no memory', () => {
  const made = vi.spyOn(Intl, 'DateTimeFormat');
  slotDays([newYear], 'europe/riga');
  for (let variant = 1; variant <= 1_000; variant += 1) slotDays([newYear], spelled('europe/riga', variant));
  made.mockClear();
  slotDays([newYear], 'europe/riga');
  expect(made).toHaveBeenCalledOnce();
  made.mockRestore();
});

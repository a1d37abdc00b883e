import { expect, test } from 'vitest';
import { searchZones, zoneEntries } from './zone-search.ts';

const entries = zoneEntries(
  ['Europe/Riga', 'America/New_York', 'America/Sao_Paulo', 'Asia/Kolkata'],
  new Date('2026-12-01T12:00:00Z'),
);
const found = (words: string) => searchZones(entries, words, 10).map(({ zone }) => zone);

test('zones are found by city, region and offset, whatever the case and the order', () => {
  expect(found('riga')).toEqual(['Europe/Riga']);
  expect(found('york AMERICA')).toEqual(['America/New_York']);
  expect(found('utc-3')).toEqual(['America/Sao_Paulo']);
  expect(found('5:30')).toEqual(['Asia/Kolkata']);
  expect(found('são')).toEqual(['America/Sao_Paulo']);
  expect(found('nowhere')).toEqual([]);
});

import { expect, test } from 'vitest';
import { MeetingTypeInput } from '#contract/meeting-types.ts';
import { draftOf, emptyDraft, inputOf, numbersIn, slugOf } from './draft.ts';

const id = '0193a000-0000-7000-8000-000000000001';

test('a new meeting type needs a title and a link name, and is valid with everything else as it starts', () => {
  const input = inputOf({ ...emptyDraft, title: 'Call', slug: 'call' });
  expect(MeetingTypeInput.parse(input)).toEqual(input);
  expect(input).toMatchObject({ durationsMinutes: [30], noticeMinutes: 120, ndaTemplateId: null, limitPerDay: null });
});

test.each<MeetingTypeInput['bookingWindow']>([
  { kind: 'rolling', days: 14 },
  { kind: 'rolling_available', days: 10 },
  { kind: 'range', from: '2026-12-01', to: '2026-12-31' },
])('a meeting type comes back from its form as it was: $kind', (bookingWindow) => {
  const input: MeetingTypeInput = {
    ...inputOf({ ...emptyDraft, title: 'Call', slug: 'call', interval: '60' }),
    ...{ offsetMinutes: 15, limitMinutesPerDay: 240, limitPerDay: 3, durationsMinutes: [30, 60], bookingWindow },
  };
  const existing = { ...input, id, hostId: id, hostSlug: 'demo', url: 'https://example.org/demo/call' };
  expect(MeetingTypeInput.parse(inputOf(draftOf(existing)))).toEqual(input);
});

test('lists of minutes are read as people write them', () => {
  expect(numbersIn('30, 60 and 90')).toEqual([30, 60, 90]);
  expect(numbersIn('')).toEqual([]);
});

test('a title becomes a link name of plain letters', () => {
  expect(slugOf('Gründer-Treffen, persönlich!')).toBe('grunder-treffen-personlich');
  expect(slugOf('Straße')).toBe('strasse');
  expect(slugOf('会議')).toBe('');
});

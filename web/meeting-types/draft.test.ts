import { expect, test } from 'vitest';
import { MeetingTypeInput } from '#contract/meeting-types.ts';
import { draftOf, emptyDraft, inputOf, numbersIn, slugOf } from './draft.ts';

const id = '0193a000-0000-7000-8000-000000000001';

test('a new meeting type needs a title and a link name, and is valid with everything else as it starts', () => {
  const input = inputOf({ ...emptyDraft, title: 'Call', slug: 'call' }, null);
  expect(MeetingTypeInput.parse(input)).toEqual(input);
  expect(input).toMatchObject({ durationsMinutes: [30], noticeMinutes: 120, ndaTemplateId: null, limitPerDay: null });
});

test('what the form does not show of an existing type stays as it was', () => {
  const existing = {
    ...inputOf({ ...emptyDraft, title: 'Call', slug: 'call' }, null),
    ...{ id, hostSlug: 'demo', url: 'https://example.org/demo/call', offsetMinutes: 5, limitMinutesPerDay: 240 },
    bookingWindow: { kind: 'range' as const, from: '2026-12-01', to: '2026-12-31' },
  };
  const again = inputOf({ ...draftOf(existing), title: 'Longer call' }, existing);
  expect(again).toMatchObject({
    title: 'Longer call',
    offsetMinutes: 5,
    limitMinutesPerDay: 240,
    bookingWindow: existing.bookingWindow,
  });
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateSchedule } from '#domain/slots/validate.ts';
import { addDays } from '../time/calendar.ts';
import { usualRules } from './schedule-draft.svelte.ts';
import {
  asUsual,
  closeDays,
  datesOf,
  dropEntry,
  setHours,
  specialDay,
  specialEntries,
  travelTo,
  type Span,
} from './special-days.ts';
import type { Window } from './weekdays.ts';

const rules = usualRules('Europe/Riga');
const morning: Window[] = [['09:00', '12:00']];
const first = '2027-03-01';
const span = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 10 }))
  .map(([start, length]): Span => ({ from: addDays(first, start), to: addDays(first, start + length) }));
const change = fc.oneof(
  span.map((days) => ({ days, apply: (to: typeof rules) => asUsual(to, days) })),
  span.map((days) => ({ days, apply: (to: typeof rules) => closeDays(to, days, 'Away') })),
  span.map((days) => ({ days, apply: (to: typeof rules) => setHours(to, days, morning) })),
  span.map((days) => ({ days, apply: (to: typeof rules) => travelTo(to, days, 'Asia/Tokyo') })),
  span.map((days) => ({ days, apply: (to: typeof rules) => travelTo(to, days, null) })),
);
const all = datesOf({ from: first, to: addDays(first, 60) });

describe('exceptions of a schedule', () => {
  it('say of each date what was said of it last, and of the others what they said before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), span, (earlier, days) => {
        const before = earlier.reduce((to, { apply }) => apply(to), rules);
        const outside = all.filter((date) => date < days.from || date > days.to);
        const look = (of: typeof rules) => outside.map((date) => specialDay(of, date));
        const closed = closeDays(before, days, 'Away');
        const other = setHours(before, days, morning);
        const away = travelTo(before, days, 'Asia/Tokyo');
        for (const date of datesOf(days)) {
          expect(specialDay(closed, date)).toMatchObject({ hours: 'closed', note: 'Away' });
          expect(specialDay(other, date)).toMatchObject({ hours: 'other', windows: morning });
          expect(specialDay(away, date)).toEqual({ ...specialDay(before, date), zone: 'Asia/Tokyo' });
          expect(specialDay(asUsual(before, days), date).hours).toBe('usual');
        }
        for (const after of [closed, other, away, asUsual(before, days)]) expect(look(after)).toEqual(look(before));
      }),
    );
  });

  it('are always such as the server takes: no two say something of one date', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 10 }), (changes) => {
        const after = changes.reduce((to, { apply }) => apply(to), rules);
        expect(validateSchedule(after)).toEqual([]);
        for (const spans of [after.blackouts, after.travel]) {
          for (const [index, { from }] of spans.entries()) expect(from > (spans[index - 1]?.to ?? '')).toBe(true);
        }
        expect(new Set(after.overrides.map(({ date }) => date)).size).toBe(after.overrides.length);
      }),
    );
  });

  it('are listed as they were said, and dropping every one leaves none', () => {
    const away = travelTo(
      closeDays(setHours(rules, week, morning), { from: '2027-03-03', to: '2027-03-03' }, ''),
      week,
      'Asia/Tokyo',
    );
    expect(specialEntries(away).map(({ kind, from, to }) => `${kind} ${from} ${to}`)).toEqual([
      'other 2027-03-01 2027-03-02',
      'travel 2027-03-01 2027-03-05',
      'closed 2027-03-03 2027-03-03',
      'other 2027-03-04 2027-03-05',
    ]);
    expect(specialEntries(away).reduce(dropEntry, away)).toEqual(rules);
  });
});
const week = { from: '2027-03-01', to: '2027-03-05' };

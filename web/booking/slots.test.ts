import { expect, test } from 'vitest';
import { byDate, collides, firstDateIn, nearest, rangeOf, without, withMonth, type Days, type Shape } from './slots.ts';

const hour: Shape = { durationMinutes: 60, bufferBeforeMinutes: 0, bufferAfterMinutes: 15 };
const at = (time: string) => `2026-12-04T${time}:00.000Z`;
const days: Days = new Map([
  ['2026-12-04', [at('09:00'), at('10:15'), at('11:30')]],
  ['2026-12-05', ['2026-12-05T09:00:00.000Z']],
]);

test('a start collides when its meeting with buffers touches the interval, and not when it only meets its end', () => {
  expect(collides(at('09:00'), hour, { from: at('10:00'), to: at('11:00') })).toBe(true);
  expect(collides(at('09:00'), hour, { from: at('10:15'), to: at('11:00') })).toBe(false);
  expect(collides(at('11:00'), hour, { from: at('10:00'), to: at('11:00') })).toBe(false);
  expect(collides(at('11:00'), { ...hour, bufferBeforeMinutes: 5 }, { from: at('10:00'), to: at('11:00') })).toBe(true);
});

test('what an interval takes away is named, and a day without times is no free day', () => {
  const one = without(days, hour, { from: at('10:00'), to: at('11:00') });
  expect(one.taken).toEqual([at('09:00'), at('10:15')]);
  expect(one.days.get('2026-12-04')).toEqual([at('11:30')]);
  const all = without(days, hour, { from: at('00:00'), to: at('23:00') });
  expect(all.days.has('2026-12-04')).toBe(false);
  expect(without(days, hour, { from: at('20:00'), to: at('21:00') }).days).toBe(days);
});

test('a fresh month replaces what was known of it and leaves other months alone', () => {
  const next = withMonth(days, '2026-12', [
    { date: '2026-11-30', slots: ['2026-11-30T09:00:00.000Z'] },
    { date: '2026-12-08', slots: ['2026-12-08T09:00:00.000Z'] },
    { date: '2026-12-09', slots: [] },
  ]);
  expect([...next.keys()]).toEqual(['2026-12-08']);
  expect([...withMonth(next, '2027-01', []).keys()]).toEqual(['2026-12-08']);
});

test('a month is asked for with a day on either side, so that no zone loses an evening', () => {
  expect(rangeOf('2026-12')).toEqual({ from: '2026-11-30T00:00:00Z', to: '2027-01-02T00:00:00Z' });
});

test('the nearest other times come in the order of the clock', () => {
  expect(nearest(days, at('10:15'), 2)).toEqual([at('09:00'), at('11:30')]);
  expect(nearest(days, at('11:30'), 2)).toEqual([at('09:00'), at('10:15')]);
});

test('the first free day of a month is found, or none', () => {
  expect(firstDateIn(days, '2026-12')).toBe('2026-12-04');
  expect(firstDateIn(days, '2027-01')).toBeNull();
});

test('times that came under the host’s dates are found under the reader’s', () => {
  const late = ['2026-12-04T22:30:00.000Z', '2026-12-04T23:30:00.000Z'];
  expect(byDate([{ slots: late }], 'Europe/Berlin')).toEqual([
    { date: '2026-12-04', slots: [late[0]] },
    { date: '2026-12-05', slots: [late[1]] },
  ]);
});

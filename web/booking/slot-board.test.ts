import { expect, test, vi } from 'vitest';
import type { Slots } from '#contract/public-pages.ts';
import type { Result } from '../api/client.ts';
import { SlotBoard, type SlotSource } from './slot-board.svelte.ts';

const at = (date: string, time: string) => `${date}T${time}:00.000Z`;
const shape = { durationMinutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0 };
const now = () => Date.parse('2026-12-02T08:00:00Z');

function answer(days: Slots['days'], position = 10): Result<Slots> {
  const rest = { timeZone: 'UTC', durationMinutes: 30, serverTime: '2026-12-01T08:00:00.000Z' };
  return { ok: true, value: { ...rest, days, position } };
}
const december = [{ date: '2026-12-04', slots: [at('2026-12-04', '09:00'), at('2026-12-04', '10:00')] }];
/** Answers each month with its fourth day. */
const everyMonth: SlotSource = ({ to }) => {
  const date = new Date(Date.parse(to) - 20 * 86_400_000).toISOString().slice(0, 8) + '04';
  return Promise.resolve(answer([{ date, slots: [at(date, '09:00'), at(date, '10:00')] }]));
};

test('a month that came with the page is not asked for again, and its neighbours are there before they are wanted', async () => {
  const source = vi.fn(everyMonth);
  const board = new SlotBoard(source, 'UTC', shape, now);
  const value = answer(december);
  if (value.ok) board.open('2026-12', value.value);
  await board.show('2026-12');
  expect(board.has(at('2026-12-04', '09:00'))).toBe(true);
  await vi.waitFor(() => expect([...board.months].sort()).toEqual(['2026-11', '2026-12', '2027-01']));
  expect(source.mock.calls.map(([{ from }]) => from.slice(0, 7))).toEqual(['2026-12']);
});

test('times that came for another duration are not taken', () => {
  const board = new SlotBoard(everyMonth, 'UTC', { ...shape, durationMinutes: 60 }, now);
  const value = answer(december);
  if (value.ok) board.open('2026-12', value.value);
  expect(board.months.size).toBe(0);
});

test('two who want a month at once ask once', async () => {
  const source = vi.fn(everyMonth);
  const board = new SlotBoard(source, 'UTC', shape, now);
  await Promise.all([board.show('2026-12'), board.show('2026-12')]);
  expect(source.mock.calls.filter(([{ from }]) => from.startsWith('2026-11-30'))).toHaveLength(1);
});

test('what was taken while an answer was on its way does not come back with it', async () => {
  let arrive: (value: Result<Slots>) => void = () => undefined;
  const board = new SlotBoard(() => new Promise((resolve) => (arrive = resolve)), 'UTC', shape, now);
  const shown = board.show('2026-12');
  const interval = { from: at('2026-12-04', '09:00'), to: at('2026-12-04', '09:30') };
  board.onNews({ kind: 'slot', position: 11, state: 'held', ...interval });
  arrive(answer(december, 10));
  await shown;
  expect(board.days.get('2026-12-04')).toEqual([at('2026-12-04', '10:00')]);
  board.dispose();
});

test('a time that another guest takes is told of; one that this page asks for itself is not', async () => {
  const board = new SlotBoard(everyMonth, 'UTC', shape, now);
  await board.show('2026-12');
  const told = vi.fn();
  board.onTaken = told;
  board.asking = at('2026-12-04', '09:00');
  const take = (time: string, end: string) =>
    board.onNews({
      kind: 'slot',
      position: 12,
      state: 'held',
      from: at('2026-12-04', time),
      to: at('2026-12-04', end),
    });
  take('09:00', '09:30');
  expect(told).not.toHaveBeenCalled();
  take('10:00', '10:30');
  expect(told).toHaveBeenCalledWith([at('2026-12-04', '10:00')]);
  board.dispose();
});

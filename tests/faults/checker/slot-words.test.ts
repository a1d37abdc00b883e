import { describe, expect, it } from 'vitest';
import type { FactSeen } from './evidence.ts';
import { slotWords } from './slot-words.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 23, hour)).toISOString();
const fact = (type: string, hour: number, data: object): FactSeen => ({
  id: '',
  type,
  bookingId: '',
  hostId: '',
  data: { during: { from: at(hour), to: at(hour + 1) }, ...data },
});
const held = (hour: number, expiresAt: string | null = null) => fact('slot.held', hour, { expiresAt });
const released = (hour: number, reason: string) => fact('slot.released', hour, { reason });
const hoursOf = (facts: FactSeen[]) =>
  slotWords(facts).held.map(({ from, isMove }) => `${new Date(from).getUTCHours()}${isMove ? ' to move to' : ''}`);

describe('what facts say about a booking’s slots', () => {
  it('is one time for a booking, two while it waits to move, and one again', () => {
    const waiting = [held(9, at(8)), held(12, at(10))];
    expect(hoursOf([held(9, at(8))])).toEqual(['9']);
    expect(hoursOf(waiting)).toEqual(['9', '12 to move to']);
    expect(hoursOf([...waiting, released(9, 'rescheduled'), held(12)])).toEqual(['12']);
    expect(hoursOf([...waiting, released(12, 'expired')])).toEqual(['9']);
    expect(hoursOf([...waiting, released(12, 'canceled'), released(9, 'canceled')])).toEqual([]);
  });

  it('names the places where a move began and ended', () => {
    const { moves, ended } = slotWords([held(9), held(12, at(10)), released(12, 'declined'), held(14, at(10))]);
    expect([...moves]).toEqual([
      [1, 'held'],
      [2, 'ended'],
      [3, 'held'],
    ]);
    expect(ended).toMatchObject([{ isMove: true, reason: 'declined' }]);
  });

  it('is muddled when a time is held twice, or let go of without being held', () => {
    const muddles = [
      [held(9), held(9)],
      [held(9), held(12, at(10)), held(14, at(10))],
      [held(9), held(12, at(10)), released(9, 'rescheduled'), held(14)],
      [released(9, 'expired')],
      [held(9), released(12, 'expired')],
    ];
    for (const facts of muddles) expect(slotWords(facts).muddled).toHaveLength(1);
    expect(slotWords([held(9), released(9, 'expired'), held(9)]).muddled).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { LiveNews } from '#contract/live.ts';
import { createRecentNews } from './recent.ts';

const newsAt = (position: number): LiveNews => ({
  kind: 'booking',
  position,
  type: 'booking.confirmed',
  bookingId: '00000000-0000-4000-8000-000000000000',
  at: '2027-03-01T12:00:00.000Z',
});
const told = (position: number, ...rooms: string[]) => rooms.map((room) => ({ room, news: newsAt(position) }));

describe('the newest facts', () => {
  it('of a room are told after a position, in order, and no others', () => {
    const recent = createRecentNews(100);
    for (let position = 101; position <= 110; position += 1)
      recent.add(position, told(position, position % 2 ? 'odd' : 'even', 'all'));
    expect(recent.after(104, 'odd').map(({ position }) => position)).toEqual([105, 107, 109]);
    expect(recent.after(104, 'all').map(({ position }) => position)).toEqual([105, 106, 107, 108, 109, 110]);
    expect(recent.after(110, 'all')).toEqual([]);
    expect(recent.after(0, 'all')).toHaveLength(10);
    expect(recent.after(104, 'nobody')).toEqual([]);
  });

  it('begin where the relay began, and know the newest even when nobody is told of it', () => {
    const recent = createRecentNews(100);
    expect([recent.position(), recent.oldest()]).toEqual([100, 100]);
    recent.add(250, []);
    expect([recent.position(), recent.oldest()]).toEqual([250, 100]);
  });

  it('are bounded: what was dropped is not claimed to be known', () => {
    const recent = createRecentNews(0);
    for (let position = 1; position <= 60_000; position += 1) recent.add(position, told(position, 'all'));
    const oldest = recent.oldest();
    expect(oldest).toBeGreaterThan(30_000);
    expect(recent.after(oldest, 'all')).toHaveLength(60_000 - oldest);
    expect(recent.after(oldest, 'all')[0]?.position).toBe(oldest + 1);
    expect(60_000 - oldest).toBeGreaterThanOrEqual(20_000);
  });
});

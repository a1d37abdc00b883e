import { expect, test } from 'vitest';
import type { LiveNews } from '#contract/live.ts';
import { deliver, restMs, settle, type Subscription } from './subscription.ts';

const slot = (position: number): LiveNews => ({
  ...{ kind: 'slot', position, state: 'held' },
  ...{ from: '2026-12-01T09:00:00Z', to: '2026-12-01T10:00:00Z' },
});
function subscribe(): Subscription & { heard: LiveNews[]; reloads: number } {
  const subscription = {
    request: { room: 'host' as const, hostId: 'h', position: 5 },
    heard: [] as LiveNews[],
    reloads: 0,
    onNews: (news: LiveNews) => void subscription.heard.push(news),
    onReload: () => void (subscription.reloads += 1),
  };
  return subscription;
}

test('each fact is heard once, in order, and the position to go on from moves with it', () => {
  const subscription = subscribe();
  expect([slot(5), slot(6), slot(6), slot(8)].map((news) => deliver(subscription, news))).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect(subscription.heard.map(({ position }) => position)).toEqual([6, 8]);
  expect(subscription.request.position).toBe(8);
});

test('a page of times does not hear of bookings', () => {
  const subscription = subscribe();
  const news: LiveNews = {
    kind: 'booking',
    position: 9,
    type: 'booking.confirmed',
    bookingId: 'b',
    at: '2026-12-01T09:00:00Z',
  };
  expect(deliver(subscription, news)).toBe(false);
});

test('when the stream no longer has what was missed, the page is told to take a new snapshot', () => {
  const subscription = subscribe();
  expect(settle(subscription, { outcome: 'reload' })).toBe('reload');
  expect(subscription.reloads).toBe(1);
});

test('a room that is only closed for now is asked for again, one that is not theirs is not', () => {
  const answers = ['dependency_unavailable', 'rate_limited', 'not_found', 'validation_failed'].map((code) =>
    settle(subscribe(), { outcome: 'refused', code }),
  );
  expect(answers).toEqual(['later', 'later', 'refused', 'refused']);
});

test('the rests before asking again grow to half a minute, and differ from page to page', () => {
  expect([0, 1, 2, 9].map((attempts) => restMs(attempts, 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
  expect(restMs(3, 0)).toBe(4_000);
});

import type { JoinAnswer, JoinRequest, LiveNews } from '#contract/live.ts';

export type Subscription = {
  /** The room to join; its position moves on with the news seen. */
  request: JoinRequest;
  onNews: (news: LiveNews) => void;
  /** The stream no longer keeps what was missed: take a new snapshot and call `resume` with its position. */
  onReload: () => void;
  onServerTime?: (serverTime: string) => void;
};

/** News of public rooms are about slots, those of private rooms about bookings. */
export function isFor({ request }: Subscription, news: LiveNews): boolean {
  return request.room === 'host' ? news.kind === 'slot' : news.kind === 'booking';
}

/** Hands news on unless they were seen before: after a reconnection the server repeats from the last position. */
export function deliver(subscription: Subscription, news: LiveNews): boolean {
  if (!isFor(subscription, news) || news.position <= subscription.request.position) return false;
  subscription.request.position = news.position;
  subscription.onNews(news);
  return true;
}

/** Refusals that pass by themselves: something that the server leans on was away, or it was asked too often. */
const passing: ReadonlySet<string> = new Set(['dependency_unavailable', 'rate_limited']);

/** What the server's answer to a join means for the page; `later`: ask again. */
export function settle(subscription: Subscription, answer: JoinAnswer): 'live' | 'reload' | 'later' | 'refused' {
  if (answer.outcome === 'refused') return passing.has(answer.code) ? 'later' : 'refused';
  if (answer.outcome === 'reload') {
    subscription.onReload();
    return 'reload';
  }
  subscription.onServerTime?.(answer.serverTime);
  return 'live';
}

const firstRestMs = 1_000;
const longestRestMs = 30_000;

/**
 * How long a page rests before it asks again, after so many attempts in vain. Between half of the time and all of it, so that pages that
 * were turned away together do not come back together. @param chance from 0 to 1
 */
export function restMs(attempts: number, chance: number): number {
  const whole = Math.min(longestRestMs, firstRestMs * 2 ** attempts);
  return whole * (0.5 + chance / 2);
}

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

/** What the server's answer to a join means for the page. */
export function settle(subscription: Subscription, answer: JoinAnswer): 'live' | 'reload' | 'refused' {
  if (answer.outcome === 'refused') return 'refused';
  if (answer.outcome === 'reload') {
    subscription.onReload();
    return 'reload';
  }
  subscription.onServerTime?.(answer.serverTime);
  return 'live';
}

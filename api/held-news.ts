import type { DatabaseNews } from '#db/news.ts';
import type { HoldOutcome } from '#workflows/booking/effects.ts';

/** What the database tells when a time has become a guest's (schema.sql, notify_held). */
const notice = /^(?<bookingId>\S+) (?<at>\d+) (?<until>\d+|-)$/;

export type HeldNews = {
  /** `told` resolves when the booking's claim is committed; it never does for one that is refused, or while the database is not heard. */
  of(bookingId: string): { told: Promise<HoldOutcome>; forget(): void };
};

/**
 * That a hold was got, as soon as it is so. The engine says it too, a third of the wait later: its workflow first writes down what it did, which
 * concerns nobody who waits.
 */
export function createHeldNews(news: DatabaseNews): HeldNews {
  const waiting = new Map<string, Set<(outcome: HoldOutcome) => void>>();
  news.on('held', {
    told: (payload) => {
      const { bookingId = '', at = '', until = '' } = notice.exec(payload)?.groups ?? {};
      const outcome = () => ({
        outcome: 'held' as const,
        held: { at: instant(at), until: until === '-' ? null : instant(until) },
      });
      for (const resolve of waiting.get(bookingId) ?? []) resolve(outcome());
    },
  });
  return {
    of: (bookingId) => {
      const { promise: told, resolve } = Promise.withResolvers<HoldOutcome>();
      const others = waiting.get(bookingId) ?? new Set();
      waiting.set(bookingId, others.add(resolve));
      const forget = (): void => {
        others.delete(resolve);
        if (others.size === 0 && waiting.get(bookingId) === others) waiting.delete(bookingId);
      };
      return { told, forget };
    },
  };
}

const instant = (ms: string): string => new Date(Number(ms)).toISOString();

import type { Database } from '#db/pool.ts';
import { addPageViews } from '#db/queries/page-views.ts';

/**
 * Counts how often booking pages are opened, and keeps nothing else: no address, no cookie, no browser. Counts wait a few seconds and are
 * written together; a process that dies takes those few with it.
 */
export type PageViews = {
  count(meetingTypeId: string, reader: Reader): void;
  /** Writes what waits. */
  flush(): Promise<void>;
};
/** What a request says of who opens the page. */
export type Reader = Readonly<Record<string, string | string[] | undefined>>;

const waitMs = 3_000;

export function createPageViews(database: Database, onFailure: (error: unknown) => void): PageViews {
  let waiting = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  const flush = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const views = waiting;
    waiting = new Map();
    if (views.size > 0) await addPageViews(database, views);
  };
  return {
    count: (meetingTypeId, reader) => {
      if (!isPerson(reader)) return;
      waiting.set(meetingTypeId, (waiting.get(meetingTypeId) ?? 0) + 1);
      timer ??= setTimeout(() => void flush().catch(onFailure), waitMs).unref();
    },
    flush,
  };
}

const machines = /bot|crawl|spider|slurp|preview|facebookexternalhit|headless|monitor|curl|wget|python|^node/i;

/** Not a crawler, not the preview of a link in a message, and not a page fetched in case it is wanted. */
function isPerson(reader: Reader): boolean {
  const agent = String(reader['user-agent'] ?? '');
  return agent !== '' && !machines.test(agent) && !/prefetch|prerender/.test(String(reader['sec-purpose'] ?? ''));
}

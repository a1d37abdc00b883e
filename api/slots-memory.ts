import { LRUCache } from 'lru-cache';
import type { DatabaseNews } from '#db/news.ts';
import { gzipPrefix, gzipWith, type GzipPrefix } from './gzip-prefix.ts';
import { PreparedJson } from './prepared-json.ts';

/** A body that was computed once, without the parts that differ each time, and how long it stays right if nothing changes. */
export type RememberedSlots = { hostId: string; head: Buffer; validUntil: number; zipped?: GzipPrefix };

/** Position and clock are of this moment, whenever the rest was computed; the position was read first, so that no fact is missed. */
export function completed(answer: RememberedSlots, position: number, now: Date): PreparedJson {
  const tail = Buffer.from(`,"position":${position},"serverTime":"${now.toISOString()}"}`);
  return new PreparedJson(
    () => Buffer.concat([answer.head, tail]),
    () => gzipWith((answer.zipped ??= gzipPrefix(answer.head)), tail),
  );
}

/**
 * Answers to "which slots are free" kept in memory. Every change to a host's offer reaches here at its commit and drops that host's answers;
 * while changes could be missed, nothing is kept. The claim decides in any case: a stale answer could only cost a refusal.
 */
export type SlotsMemory = {
  get(key: string, now: number): RememberedSlots | undefined;
  /** Taken before reading; `keep` then knows whether the host changed meanwhile. */
  mark(): number;
  keep(key: string, answer: RememberedSlots, mark: number): void;
  /** The host's offer has changed: what the database's notices say, and the live facts once more (whichever comes first). */
  drop(hostId: string): void;
};

const answersMax = 10_000;
const bytesMax = 64 * 1024 * 1024;
const changesKept = 10_000;

export function createSlotsMemory(news: DatabaseNews): SlotsMemory {
  const answers = new LRUCache<string, RememberedSlots>({
    max: answersMax,
    maxSize: bytesMax,
    sizeCalculation: ({ head }) => head.length + 1,
    dispose: ({ hostId }, key) => keysOfHost.get(hostId)?.delete(key),
  });
  const keysOfHost = new Map<string, Set<string>>();
  let changes: string[] = [];
  let forgotten = 0;

  const dropAll = (): void => {
    answers.clear();
    keysOfHost.clear();
    forgotten += changes.length + 1;
    changes = [];
  };
  const drop = (hostId: string): void => {
    for (const key of keysOfHost.get(hostId) ?? []) answers.delete(key);
    keysOfHost.delete(hostId);
    changes.push(hostId);
    if (changes.length <= changesKept * 2) return;
    forgotten += changesKept;
    changes = changes.slice(changesKept);
  };
  news.on('availability', { told: drop, gap: dropAll });
  const changedSince = (mark: number, hostId: string): boolean =>
    mark < forgotten || changes.includes(hostId, mark - forgotten);

  return {
    mark: () => forgotten + changes.length,
    get: (key, now) => {
      const answer = news.isListening() ? answers.get(key) : undefined;
      return answer && answer.validUntil > now ? answer : undefined;
    },
    keep: (key, answer, mark) => {
      if (!news.isListening() || changedSince(mark, answer.hostId)) return;
      answers.set(key, answer);
      const keys = keysOfHost.get(answer.hostId) ?? new Set();
      keysOfHost.set(answer.hostId, keys.add(key));
    },
    drop,
  };
}

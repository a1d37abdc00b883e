import type { LiveNews } from '#contract/live.ts';
import type { RoomNews } from './rooms.ts';

const keptFacts = 20_000;

export type RecentNews = {
  add(position: number, entries: readonly RoomNews[]): void;
  /** The last fact that was added, or where the relay began. */
  position(): number;
  /** Everything after this position is in memory. */
  oldest(): number;
  /** News of a room after a position, in order. */
  after(position: number, room: string): LiveNews[];
};

/** The newest facts in memory, so that a page that comes back after a moment costs no read of the stream. */
export function createRecentNews(startPosition: number): RecentNews {
  let kept: { position: number; entries: readonly RoomNews[] }[] = [];
  let newest = startPosition;
  let oldest = startPosition;
  return {
    add: (position, entries) => {
      newest = position;
      kept.push({ position, entries });
      if (kept.length <= keptFacts * 1.25) return;
      const dropped = kept.length - keptFacts;
      oldest = kept[dropped - 1]?.position ?? oldest;
      kept = kept.slice(dropped);
    },
    position: () => newest,
    oldest: () => oldest,
    after: (position, room) =>
      kept
        .slice(firstAfter(kept, position))
        .flatMap(({ entries }) => entries.filter((entry) => entry.room === room).map(({ news }) => news)),
  };
}

function firstAfter(kept: readonly { position: number }[], position: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle]?.position ?? Infinity) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

export type ReaderWatch = {
  /** For how long the reader has stood still with facts before it, as far as was looked. Times in milliseconds of any one clock. */
  behindForMs(position: number, last: number, now: number): number;
};

/** A reader that moves is not stuck, however far behind; one that stands still at the stream's end has nothing to read. */
export function watchReader(): ReaderWatch {
  let stuck: { position: number; since: number } | null = null;
  return {
    behindForMs: (position, last, now) => {
      if (position >= last) stuck = null;
      else if (stuck?.position !== position) stuck = { position, since: now };
      return stuck ? now - stuck.since : 0;
    },
  };
}

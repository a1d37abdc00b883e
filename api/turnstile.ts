import type { Occupied } from '#db/queries/claims.ts';

/**
 * Holds for overlapping time of one host go through one at a time: while the first is under way the others wait for its outcome, and are
 * refused without work of their own when it succeeded. Thrift only: with several API processes, or none of this, the claim still decides.
 */
export type Turnstile = {
  pass<T extends { outcome: string }>(
    hostId: string,
    during: Occupied,
    work: () => Promise<T>,
  ): Promise<T | { outcome: 'slot_taken' }>;
};

type Passage = Occupied & { done: Promise<boolean> };

export function createTurnstile(): Turnstile {
  const passages = new Map<string, Set<Passage>>();
  return {
    pass: async (hostId, during, work) => {
      for (;;) {
        const before = [...(passages.get(hostId) ?? [])].find(
          (other) => other.from < during.to && during.from < other.to,
        );
        if (!before) break;
        if (await before.done) return { outcome: 'slot_taken' };
      }
      const { promise: done, resolve } = Promise.withResolvers<boolean>();
      const passage = { ...during, done };
      const here = passages.get(hostId) ?? new Set();
      passages.set(hostId, here.add(passage));
      let got = false;
      try {
        const result = await work();
        got = result.outcome === 'held';
        return result;
      } finally {
        here.delete(passage);
        if (here.size === 0) passages.delete(hostId);
        resolve(got);
      }
    },
  };
}

import type { Occupied } from '#db/queries/claims.ts';

/**
 * Holds for overlapping time of one host go through one at a time: while the first is under way the others wait for its outcome, and those
 * that want what it got, or what it found taken, are refused without work of their own. Thrift only: with several API processes, or none of
 * this, the claim still decides.
 */
export type Turnstile = {
  /** @param take says what time is taken after it, as far as it knows: by itself, or by whoever was in its way. */
  pass<T extends { outcome: string; taken?: Occupied }>(
    hostId: string,
    during: Occupied,
    take: () => Promise<T>,
  ): Promise<T | { outcome: 'slot_taken' }>;
};

type Passage = Occupied & { done: Promise<Occupied | undefined> };

const refused = { outcome: 'slot_taken' as const };
const overlap = (one: Occupied, other: Occupied): boolean => one.from < other.to && other.from < one.to;

export function createTurnstile(): Turnstile {
  const hosts = new Map<string, Set<Passage>>();
  return {
    pass: async (hostId, during, take) => {
      for (;;) {
        const before = [...(hosts.get(hostId) ?? [])].find((other) => overlap(other, during));
        if (!before) break;
        const taken = await before.done;
        if (taken && overlap(taken, during)) return refused;
      }
      const { promise: done, resolve } = Promise.withResolvers<Occupied | undefined>();
      const passage = { ...during, done };
      const passages = hosts.get(hostId) ?? new Set();
      hosts.set(hostId, passages.add(passage));
      let taken: Occupied | undefined;
      try {
        const result = await take();
        taken = result.taken;
        return result;
      } finally {
        passages.delete(passage);
        if (passages.size === 0) hosts.delete(hostId);
        resolve(taken);
      }
    },
  };
}

import { createHash } from 'node:crypto';

/** Chance that a seed decides: the same seed draws the same numbers on every machine. */
export type Chance = {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  /** One of the names, each as likely as its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
};

/** @param stream draws of one stream do not move those of another: a longer list of faults leaves the operations as they are */
export function chanceOf(seed: number, stream: string): Chance {
  let drawn = 0;
  const below = (limit: number): number => {
    const bytes = createHash('sha256')
      .update(`${seed}/${stream}/${(drawn += 1)}`)
      .digest();
    return Number(bytes.readBigUInt64BE() % BigInt(limit));
  };
  return {
    below,
    between: (from, to) => from + below(to - from + 1),
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    weighted: (weights) => {
      const entries = Object.entries<number>(weights);
      let left = below(entries.reduce((sum, [, weight]) => sum + weight, 0));
      const found = entries.find(([, weight]) => (left -= weight) < 0);
      return found?.[0] as keyof typeof weights;
    },
  };
}

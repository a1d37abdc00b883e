import { describe, expect, it } from 'vitest';
import { gathering } from './gathering.ts';

/** Answers each round when told to, and remembers what was asked in it. */
function rounds() {
  const asked: number[][] = [];
  const open: (() => void)[] = [];
  const ask = gathering(async (inputs: readonly number[]) => {
    asked.push([...inputs]);
    await new Promise<void>((resolve) => open.push(resolve));
    if (inputs.includes(13)) throw new Error('thirteen');
    return inputs.map((input) => input * 2);
  });
  const answerNext = async (): Promise<void> => {
    while (open.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    open.shift()?.();
  };
  return { ask, asked, answerNext };
}

describe('questions that are gathered', () => {
  it('go at once and alone when nothing is under way, and together when something is; each gets its own answer', async () => {
    const { ask, asked, answerNext } = rounds();
    const first = ask(1);
    expect(asked).toEqual([[1]]);
    const others = [2, 3, 4].map(ask);
    expect(asked).toEqual([[1]]);
    await answerNext();
    expect(await first).toBe(2);
    await answerNext();
    expect(await Promise.all(others)).toEqual([4, 6, 8]);
    expect(asked).toEqual([[1], [2, 3, 4]]);
    const later = ask(5);
    expect(asked.at(-1)).toEqual([5]);
    await answerNext();
    expect(await later).toBe(10);
  });

  it('are asked one by one when they fail together: only the one at fault fails', async () => {
    const { ask, asked, answerNext } = rounds();
    const all = [1, 2, 13, 4].map((input) => ask(input).catch((error: unknown) => String(error)));
    for (let round = 0; round < 5; round += 1) await answerNext();
    expect(await Promise.all(all)).toEqual([2, 4, 'Error: thirteen', 8]);
    expect(asked).toEqual([[1], [2, 13, 4], [2], [13], [4]]);
    const alone = ask(13);
    await answerNext();
    await expect(alone).rejects.toThrow('thirteen');
  });

  it('are so many at once at most', async () => {
    const { ask, asked, answerNext } = rounds();
    const all = Array.from({ length: 451 }, (_, index) => ask(1000 + index));
    for (let round = 0; round < 4; round += 1) await answerNext();
    await Promise.all(all);
    expect(asked.map(({ length }) => length)).toEqual([1, 200, 200, 50]);
  });

  it('that come drop by drop, far more than rounds can be, wait for each other', async () => {
    let rounds = 0;
    const ask = gathering(async (inputs: readonly number[]) => {
      rounds += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return inputs;
    });
    const all: Promise<number>[] = [];
    for (let drop = 0; drop < 300; drop += 1) {
      all.push(ask(drop));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await Promise.all(all)).toEqual(all.map((_, drop) => drop));
    expect(rounds).toBeLessThan(60);
    await new Promise((resolve) => setTimeout(resolve, 120));
    const before = rounds;
    const alone = ask(1);
    expect(rounds).toBe(before + 1);
    await alone;
  });
});

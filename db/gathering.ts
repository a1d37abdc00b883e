import { setTimeout as sleep } from 'node:timers/promises';

type Waiting<I, O> = { input: I; resolve(output: O): void; reject(error: unknown): void };

/**
 * Questions that come while one is under way go together in the next round trip: somebody alone waits for nobody, and a crowd costs a
 * few statements. One that comes in drop by drop, as connections are accepted, is waited for a moment, or each drop would have a round of its own. Whatever an answer says was read or written after its question came. Should a round of several fail, each goes by itself,
 * so that nobody suffers for another's.
 * @param work answers in the order of its inputs
 * @param momentMs waits so long for company before each round; 0: not at all
 */
export function gathering<I, O>(
  work: (inputs: readonly I[]) => Promise<readonly O[]>,
  momentMs = 0,
): (input: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = [];
  /** When the last few rounds began. */
  const lately: number[] = [];
  let isUnderWay = false;

  const isCrowded = (): boolean => {
    const [first] = lately;
    return lately.length === crowd.rounds && first !== undefined && performance.now() - first < crowd.withinMs;
  };
  const round = async (together: readonly Waiting<I, O>[]): Promise<void> => {
    try {
      const outputs = await work(together.map(({ input }) => input));
      if (outputs.length !== together.length)
        throw new Error(`${together.length} questions got ${outputs.length} answers.`);
      together.forEach(({ resolve }, index) => resolve(outputs[index] as O));
    } catch (error) {
      if (together.length === 1) together[0]?.reject(error);
      else await Promise.all(together.map((each) => round([each])));
    }
  };
  const rounds = async (): Promise<void> => {
    isUnderWay = true;
    while (waiting.length > 0) {
      const pauseMs = Math.max(momentMs, isCrowded() ? crowd.momentMs : 0);
      if (pauseMs > 0) await sleep(pauseMs);
      lately.push(performance.now());
      if (lately.length > crowd.rounds) lately.shift();
      await round(waiting.splice(0, togetherMax));
    }
    isUnderWay = false;
  };
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!isUnderWay) void rounds();
    });
}

/** So many rounds in so short a time are those of a crowd. */
const crowd = { rounds: 5, withinMs: 100, momentMs: 20 };

/** Keeps one statement, and what it may lock, short. */
const togetherMax = 200;

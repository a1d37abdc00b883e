import { setTimeout as sleep } from 'node:timers/promises';

type Waiting<I, O> = { input: I; resolve(output: O): void; reject(error: unknown): void };

/**
 * Questions that come while one is under way go together in the next round trip: somebody alone waits for nobody, and a crowd costs a
 * few statements. Whatever an answer says was read or written after its question came. Should a round of several fail, each goes by itself,
 * so that nobody suffers for another's.
 * @param work answers in the order of its inputs
 * @param momentMs waits so long for company before each round; 0: not at all
 */
export function gathering<I, O>(
  work: (inputs: readonly I[]) => Promise<readonly O[]>,
  momentMs = 0,
): (input: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = [];
  let isUnderWay = false;

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
      if (momentMs > 0) await sleep(momentMs);
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

/** Keeps one statement, and what it may lock, short. */
const togetherMax = 200;

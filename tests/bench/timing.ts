/** Until the compiler has seen enough of what is measured: a server is warm for all but its first requests. */
const warmUpMs = 1_000;

/**
 * Milliseconds that one call takes: the median of the batches measured in `budgetMs`, after warming up. The result of every call is kept, so
 * that no call can be left out.
 */
export function millisecondsPerCall(call: () => { length: number }, budgetMs = 150): number {
  let kept = 0;
  const runFor = (ms: number, batch: number): number[] => {
    const times: number[] = [];
    const end = performance.now() + ms;
    do {
      const start = performance.now();
      for (let index = 0; index < batch; index += 1) kept += call().length;
      times.push((performance.now() - start) / batch);
    } while (performance.now() < end);
    return times;
  };
  const warm = runFor(warmUpMs, 1);
  const batch = Math.max(1, Math.min(1000, Math.floor(2 / median(warm))));
  const times = runFor(budgetMs, batch);
  if (kept < 0) throw new Error('nothing was measured');
  return median(times);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

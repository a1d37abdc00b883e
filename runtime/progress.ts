/** One line for the person who waits. */
export type Progress = (line: string) => void;

/** Reports a step when it is done, with the seconds it took. */
export async function timed<T>(what: string, report: Progress, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  report(`  ${what.padEnd(40)} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`);
  return result;
}

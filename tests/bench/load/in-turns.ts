/** Both by turns, each when nothing else is under way: what the machine does beside it meets both. */
export async function inTurns<T extends readonly (() => Promise<void>)[]>(
  count: number,
  works: T,
  between: () => Promise<void>,
): Promise<{ [K in keyof T]: number[] }> {
  const times = works.map((): number[] => []);
  for (let index = 0; index < count; index += 1) {
    for (const [which, work] of works.entries()) {
      await between();
      const started = performance.now();
      await work();
      times[which]?.push(performance.now() - started);
    }
  }
  return times as { [K in keyof T]: number[] };
}

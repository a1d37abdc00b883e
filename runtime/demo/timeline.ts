/** The demo's steps with their times; a step that fails is shown before its error goes on. */
export type Timeline = {
  /** Since the first step. */
  elapsedMs(): number;
  /** @param note what to say of the outcome, after the step's name */
  step<T>(who: Who, what: string, work: () => Promise<T>, note?: (result: T) => string): Promise<T>;
};

export type Who = 'guest' | 'host' | 'check';

export function startTimeline(say: (line: string) => void): Timeline {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  say(`${'at ms'.padStart(7)} ${'took'.padStart(6)}  who    step`);
  const show = (sinceMs: number, who: Who, text: string) => {
    const now = elapsedMs();
    say(`${String(now).padStart(7)} ${String(now - sinceMs).padStart(6)}  ${who.padEnd(5)}  ${text}`);
  };
  return {
    elapsedMs,
    step: async (who, what, work, note) => {
      const since = elapsedMs();
      try {
        const result = await work();
        show(since, who, note ? `${what}: ${note(result)}` : what);
        return result;
      } catch (error) {
        show(since, who, `${what}: FAILED`);
        throw error;
      }
    },
  };
}

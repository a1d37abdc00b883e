import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './embedded/child.ts';
import type { Progress } from './progress.ts';

/** A child that is started again whenever it ends by itself. */
export type Supervised = {
  name: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Ends the process, if it runs, and starts it no more. */
  stop(): Promise<void>;
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A process that ran this long before it ended gets the first pause again. */
const STEADY_AFTER_MS = 60_000;

/**
 * Starts a child and keeps it running; pauses double from half a second to half a minute while it keeps failing.
 * @param start resolves when the child is ready. Its first failure is the caller's: it rejects.
 */
export async function supervise(start: (signal: AbortSignal) => Promise<Child>, report: Progress): Promise<Supervised> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let child = await start(signal);
  let pauseMs = FIRST_PAUSE_MS;

  const startAgain = async (): Promise<Child | undefined> => {
    for (;;) {
      report(`${child.name} starts again in ${pauseMs / 1000} s.`);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      const next = await start(signal).catch((error: Error) => report(error.message));
      if (next) return next;
    }
  };
  const keepRunning = async (): Promise<void> => {
    for (;;) {
      const startedAt = performance.now();
      await child.ended;
      if (signal.aborted) return;
      if (performance.now() - startedAt > STEADY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      report((child.alive.reason as Error).message);
      const next = await startAgain();
      if (!next) return;
      child = next;
      report(`${child.name} runs again.`);
    }
  };

  const running = keepRunning();
  const stop = async () => {
    stopping.abort();
    await child.stop();
    await running;
    // One that was being started when the order came.
    await child.stop();
  };
  return { name: child.name, pid: () => child.pid, stop };
}

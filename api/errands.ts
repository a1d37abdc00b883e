import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiLog } from './parts.ts';

/**
 * What a request sets going and its answer does not wait for: how long it takes would tell a stranger something, or somebody else does it in time
 * should it fail.
 */
export type Errands = {
  /** A failure is logged: nobody is there any more to be told. */
  begin(what: string, work: () => Promise<void>): void;
  /** Resolves when none is under way, or after ten seconds: a process that is told to end does not wait for a server that is away. */
  idle(): Promise<void>;
};

export function createErrands(log: Pick<ApiLog, 'warn'>, longestMs = 10_000): Errands {
  const underWay = new Set<Promise<void>>();
  return {
    begin: (what, work) => {
      const errand = work()
        .catch((error: unknown) => log.warn({ error }, `${what} failed`))
        .finally(() => underWay.delete(errand));
      underWay.add(errand);
    },
    idle: async () => {
      const over = new AbortController();
      const tooLong = sleep(longestMs, undefined, { signal: over.signal }).catch(() => {});
      await Promise.race([all(underWay), tooLong]).finally(() => over.abort());
    },
  };
}

/** Those too that begin meanwhile. */
async function all(underWay: ReadonlySet<Promise<void>>): Promise<void> {
  while (underWay.size > 0) await Promise.all(underWay);
}

import type { ApiLog } from './parts.ts';

/**
 * What a request sets going and its answer does not wait for: how long it takes would tell a stranger something, or somebody else does it in time
 * should it fail.
 */
export type Errands = {
  /** A failure is logged: nobody is there any more to be told. */
  begin(what: string, work: () => Promise<void>): void;
  /** Resolves when none is under way. */
  idle(): Promise<void>;
};

export function createErrands(log: Pick<ApiLog, 'warn'>): Errands {
  const underWay = new Set<Promise<void>>();
  return {
    begin: (what, work) => {
      const errand = work()
        .catch((error: unknown) => log.warn({ error }, `${what} failed`))
        .finally(() => underWay.delete(errand));
      underWay.add(errand);
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

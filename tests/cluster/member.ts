import { once } from 'node:events';
import type { Child } from '#runtime/embedded/child.ts';

/** One process of the cluster, by the name that the report uses. */
export type Member = {
  name: string;
  /** Of the process that runs now. */
  pid(): number;
  /** SIGKILL: nothing is finished, nobody is told. */
  kill(): Promise<void>;
  /** SIGTERM, and what is under way is finished. */
  stop(): Promise<void>;
  /** Starts it again with the same address and the same data; resolves when it is ready. */
  start(): Promise<void>;
};

export async function startMember(name: string, launch: () => Promise<Child>): Promise<Member> {
  let child = await launch();
  return {
    name,
    pid: () => child.pid,
    kill: async () => {
      const gone = once(child.process, 'exit');
      if (child.alive.aborted) return;
      child.process.kill('SIGKILL');
      await gone;
    },
    stop: () => child.stop(),
    start: async () => {
      await child.ended;
      child = await launch();
    },
  };
}

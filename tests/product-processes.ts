import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Environment } from '#runtime/config.ts';

/** One process of the product as production runs it, in a process that can be killed; resolves when it is ready. */
export async function startProcess(
  script: 'api.ts' | 'worker.ts',
  env: Environment,
  folder = join(import.meta.dirname, '..'),
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(folder, 'runtime', script)], {
    cwd: folder,
    env: { ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${String(code)} before it was ready.`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}

/** Ends it, at once or in order, and waits until it is gone. */
export async function endProcess(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

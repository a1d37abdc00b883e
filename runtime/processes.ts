import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment } from './config.ts';
import { type Child, startChild } from './embedded/child.ts';
import { type Progress } from './progress.ts';
import { type Supervised, supervise } from './supervise.ts';

export type ProcessPlace = { env: Environment; stateDir: string; runDir: string; report: Progress };

const READY_WITHIN_MS = 90_000;

/** runtime/worker.ts, ready when it sends `{ ready: true }`. */
export function startWorker(place: ProcessPlace): Promise<Supervised> {
  return supervise(async (signal) => {
    const child = await startEntry('worker', { ...place, env: workerEnvironment(place.env) });
    const ready = new Promise<void>((resolve) => {
      child.process.on('message', (message: { ready?: boolean }) => {
        if (message.ready === true) resolve();
      });
    });
    return await whenReady(child, ready, signal);
  }, place.report);
}

/** Beside an api on the same machine, the worker's metrics have the next port. */
function workerEnvironment(env: Environment): Environment {
  const port = env['METRICS_PORT'];
  return port ? { ...env, METRICS_PORT: String(Number(port) + 1) } : env;
}

/** runtime/api.ts, ready when GET /health/ready answers 200. */
export function startApi(place: ProcessPlace, port: number): Promise<Supervised> {
  return supervise(async (signal) => {
    const child = await startEntry('api', place);
    return await whenReady(child, healthy(`http://127.0.0.1:${port}/health/ready`, child), signal);
  }, place.report);
}

function startEntry(name: 'api' | 'worker', { env, stateDir, runDir }: ProcessPlace): Promise<Child> {
  const script = join(import.meta.dirname, `${name}.ts`);
  return startChild({
    name,
    command: process.execPath,
    // The state folder tells this process from one of another system (see Child): the script does not read it.
    args: ['--enable-source-maps', script, `--state-dir=${stateDir}`],
    env,
    logFile: join(stateDir, 'logs', `${name}.log`),
    runDir,
    marker: `${script} --state-dir=${stateDir}`,
    messages: true,
    stopTimeoutMs: 15_000,
  });
}

/** Rejects, and ends the child, when it ends by itself, takes too long, or is no longer wanted. */
async function whenReady(child: Child, ready: Promise<void>, signal: AbortSignal): Promise<Child> {
  const tooLate = AbortSignal.timeout(READY_WITHIN_MS);
  const over = AbortSignal.any([child.alive, signal, tooLate]);
  const failed = new Promise<never>((_, reject) => {
    const fail = () => {
      const slow = new Error(`${child.name} was not ready after ${READY_WITHIN_MS / 1000} s`);
      reject(over.reason === tooLate.reason ? slow : (over.reason as Error));
    };
    if (over.aborted) fail();
    else over.addEventListener('abort', fail, { once: true });
  });
  try {
    await Promise.race([ready, failed]);
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function healthy(url: string, child: Child): Promise<void> {
  while (!child.alive.aborted) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 200) return;
    await sleep(50);
  }
}

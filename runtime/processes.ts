import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment } from './config.ts';
import { type Child, startChild } from './embedded/child.ts';
import { type Progress } from './progress.ts';
import { type Supervised, supervise } from './supervise.ts';

export type ProcessPlace = { env: Environment; stateDir: string; runDir: string; report: Progress };

const READY_WITHIN_MS = 90_000;

/**
 * Of api and worker, here and in the Dockerfile. Node's own choice for young objects, two times 64 MB, costs each process some 50 MB. With 16
 * a crowd of a thousand waits a sixth longer than with 32, as what is asked at once is copied again and again; with 64 it gains nothing more.
 */
export const nodeOptions = ['--enable-source-maps', '--max-semi-space-size=32'];
/** With the servers on the same machine, one thread copies young objects: helping threads took 3.5 ms of a processor for each booking, 1 to 1.7 so. */
const besideServers = ['--no-parallel-scavenge'];

/** On one machine, what makes documents and mails is a process apart from the one that takes holds. */
const workers = {
  worker: { queues: 'bookings', portsAfter: 1 },
  documents: { queues: 'documents,mail', portsAfter: 2 },
} as const;
export type WorkerName = keyof typeof workers;

/** runtime/worker.ts with the task queues of one of the two, ready when it sends `{ ready: true }`. */
export function startWorker(name: WorkerName, place: ProcessPlace): Promise<Supervised> {
  return supervise(async (signal) => {
    const child = await startEntry(name, 'worker.ts', { ...place, env: workerEnvironment(name, place.env) });
    const ready = new Promise<void>((resolve) => {
      child.process.on('message', (message: { ready?: boolean }) => {
        if (message.ready === true) resolve();
      });
    });
    return await whenReady(child, ready, signal);
  }, place.report);
}

/** Beside an api on the same machine, the workers' metrics have the next ports. */
function workerEnvironment(name: WorkerName, env: Environment): Environment {
  const { queues, portsAfter } = workers[name];
  const { METRICS_PORT: metrics, WORKER_HTTP_PORT: health } = env;
  return {
    ...env,
    WORKER_QUEUES: queues,
    ...(metrics && { METRICS_PORT: String(Number(metrics) + portsAfter) }),
    ...(health && { WORKER_HTTP_PORT: String(Number(health) + portsAfter - 1) }),
  };
}

/** runtime/api.ts, ready when GET /health/ready answers 200. */
export function startApi(place: ProcessPlace, port: number): Promise<Supervised> {
  return supervise(async (signal) => {
    const child = await startEntry('api', 'api.ts', place);
    return await whenReady(child, healthy(`http://127.0.0.1:${port}/health/ready`, child), signal);
  }, place.report);
}

function startEntry(name: 'api' | WorkerName, entry: string, { env, stateDir, runDir }: ProcessPlace): Promise<Child> {
  const script = join(import.meta.dirname, entry);
  const mark = [`--process=${name}`, `--state-dir=${stateDir}`];
  return startChild({
    name,
    command: process.execPath,
    // Tells this process from others, and from one of another system (see Child): the script does not read it.
    args: [...nodeOptions, ...besideServers, script, ...mark],
    env,
    logFile: join(stateDir, 'logs', `${name}.log`),
    runDir,
    marker: [script, ...mark].join(' '),
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

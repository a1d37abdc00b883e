import { join } from 'node:path';
import type { Environment } from '#runtime/config.ts';
import { type Child, startChild } from '#runtime/embedded/child.ts';
import { nodeOptions } from '#runtime/processes.ts';
import { type Member, startMember } from './member.ts';

/** One version of the code: a folder with its sources, and the name that its workers go by. */
export type Version = { root: string; buildId: string };
export type Place = { dir: string; env: Environment };

/** An api process on its own port; ready when it says so. */
export function startApi(name: string, port: number, version: Version, place: Place): Promise<Member> {
  return startProcess(name, 'api', { PORT: String(port) }, version, place);
}

/** As in the compose file and the chart: what guests wait for, and what takes seconds, in processes apart. */
const queuesOf = { worker: 'bookings', documents: 'documents,mail' } as const;
export type WorkerKind = keyof typeof queuesOf;

/** A worker process of this kind and version, `worker-1` and the like; ready when it asks for tasks. */
export function startWorker(kind: WorkerKind, number: number, version: Version, place: Place): Promise<Member> {
  const own = { WORKER_BUILD_ID: version.buildId, WORKER_QUEUES: queuesOf[kind] };
  return startProcess(`${kind}-${number}`, 'worker', own, version, place);
}

function startProcess(
  name: string,
  kind: 'api' | 'worker',
  own: Environment,
  { root }: Version,
  { dir, env }: Place,
): Promise<Member> {
  const script = join(root, 'runtime', `${kind}.ts`);
  return startMember(name, async () => {
    const child = await startChild({
      name,
      command: process.execPath,
      args: [...nodeOptions, script, `--member=${dir}/${name}`],
      env: { ...env, ...own },
      logFile: join(dir, 'logs', `${name}.log`),
      runDir: join(dir, 'run'),
      marker: `--member=${dir}/${name}`,
      messages: true,
      stopTimeoutMs: 40_000,
    });
    await saysReady(child);
    return child;
  });
}

async function saysReady(child: Child): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.process.once('message', () => resolve());
    child.alive.addEventListener('abort', () => reject(child.alive.reason as Error), { once: true });
  });
}

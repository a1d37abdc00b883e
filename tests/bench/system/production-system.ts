import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#runtime/config.ts';
import { freePort } from '#runtime/embedded/ports.ts';
import { promoteVersion } from '#runtime/worker-version.ts';
import { type Place, startApi, startWorker, type Version } from '#tests/cluster/processes.ts';
import { prepareProduct } from '#tests/cluster/product.ts';
import { clusterPrograms, startServers } from '#tests/cluster/servers.ts';
import type { BenchSystem } from './bench-system.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const version: Version = { root, buildId: 'bench' };

/** As small as production can be: Temporal's own server on Postgres, one NATS server, one api, one worker of each kind. */
export async function withProductionSystem<T>(
  work: (system: Pick<BenchSystem, 'baseUrl' | 'shared' | 'config'>) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const undo: (() => Promise<unknown> | void)[] = [() => rmSync(dir, { recursive: true, force: true })];
  try {
    const servers = await startServers(dir, await clusterPrograms(() => {}), 1);
    undo.push(() => servers.stop());
    const { shared, place } = await prepareProduct(dir, servers, 1, () => {});
    undo.push(() => shared.close());
    const { baseUrl, stop } = await startProcesses(place);
    undo.push(stop);
    await promoteVersion(shared.temporal.connection as Parameters<typeof promoteVersion>[0], {
      ...{ namespace: shared.temporal.options.namespace, buildId: version.buildId, timeoutMs: 60_000 },
    });
    return await work({ baseUrl, shared, config: loadConfig(place.env) });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function startProcesses(place: Place): Promise<{ baseUrl: string; stop(): Promise<void> }> {
  const port = await freePort();
  const started = await Promise.all([
    startApi('api', port, version, place),
    startWorker('worker', 1, version, place),
    startWorker('documents', 1, version, place),
  ]);
  const stop = async (): Promise<void> => void (await Promise.all(started.map((member) => member.stop())));
  return { baseUrl: `http://127.0.0.1:${port}`, stop };
}

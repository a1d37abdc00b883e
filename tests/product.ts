import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { Parts } from '#activities/parts.ts';
import { createWorkers } from '#activities/worker.ts';
import type { ApiParts } from '#api/parts.ts';
import { connectionBacklog, createApi } from '#api/server.ts';
import { openShared, type Shared } from '#runtime/composition.ts';
import { loadConfig, type Config, type Environment } from '#runtime/config.ts';
import { openApiParts, openWorkerParts } from '#runtime/parts.ts';
import { prepareNamespace, temporalConnectionOptions } from '#runtime/temporal-setup.ts';
import { workflowBundle } from '#runtime/workflow-bundle.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

const root = join(import.meta.dirname, '..');
// The engine's own lines would drown the results; what our code logs is in `Product.log`.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** What the workers log, kept for a test that wants to look; nothing is printed. */
export type LogLine = { level: 'info' | 'warn' | 'error'; message: string; detail: object };

export type Product = {
  /** Where the API listens; no slash at the end. */
  baseUrl: string;
  config: Config;
  shared: Shared;
  database: TestDatabase;
  mailDir: string;
  log: LogLine[];
  /** The worker of this product: a test may stop and start it to see what waits and what goes on. */
  worker: { start(): Promise<void>; stop(): Promise<void> };
  /** Environment for a worker or api in a process of its own (to kill it). */
  env: Environment;
  stop(): Promise<void>;
};

/**
 * The whole product on the test run's servers: a database and a Temporal namespace of its own, api and worker in this process. In a test
 * file: one in `beforeAll`, `stop()` in `afterAll`. `startWorker: false` leaves the worker to the test.
 */
export async function startProduct(
  options: {
    env?: Environment;
    startWorker?: boolean;
    /** Where the API listens; a free port when left out. */
    port?: number;
    limits?: Partial<ApiParts['limits']>;
    wrap?: (parts: Parts) => Parts;
    /** Takes what api and worker log, in place of `Product.log`. */
    logger?: Parts['log'];
  } = {},
): Promise<Product> {
  const servers = inject('servers');
  const database = await createTestDatabase();
  const stateDir = mkdtempSync(join(tmpdir(), 'countersign-product-'));
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  await prepareNamespace({ connection: { address: servers.temporal.address }, namespace, retentionDays: 1 });
  const env: Environment = {
    NODE_ENV: 'development',
    LOG_LEVEL: 'warn',
    STATE_DIR: stateDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: database.url,
    NATS_URL: servers.natsUrl,
    TEMPORAL_ADDRESS: servers.temporal.address,
    TEMPORAL_NAMESPACE: namespace,
    ...options.env,
  };
  const config = loadConfig(env);
  const log: LogLine[] = [];
  const logger = options.logger ?? loggerInto(log);
  const shared = await openShared(config, `test-${namespace}`);
  const mailDir = join(config.stateDir, 'mailbox');
  const api = await openApiParts(config, shared, logger);
  const limits = { readsPerMinute: 100_000, holdsPerMinute: 100_000, attemptsPerMinute: 1_000, ...options.limits };
  const server = createApi({ ...api.parts, limits }, join(root, 'web', 'dist'));
  const at = { port: options.port ?? 0, host: '127.0.0.1', backlog: connectionBacklog };
  await new Promise<void>((resolve) => server.listen(at, resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const worker = inProcessWorker(config, shared, logger, options.wrap);
  if (options.startWorker !== false) await worker.start();
  return {
    baseUrl,
    config,
    shared,
    database,
    mailDir,
    log,
    worker,
    env,
    stop: async () => {
      await worker.stop();
      server.close();
      server.closeAllConnections();
      await api.close();
      await shared.close();
      await database.drop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

function inProcessWorker(
  config: Config,
  shared: Shared,
  log: Parts['log'],
  wrap?: (parts: Parts) => Parts,
): Product['worker'] {
  let running: { workers: Worker[]; done: Promise<unknown>; close(): Promise<void> } | null = null;
  return {
    start: async () => {
      const { parts, close: closeParts } = openWorkerParts(config, shared, log);
      const { address } = temporalConnectionOptions(config.temporal);
      const connection = await NativeConnection.connect({ ...(address && { address }) });
      const workers = await createWorkers(wrap ? wrap(parts) : parts, {
        connection,
        namespace: config.temporal.namespace,
        queues: config.worker.queues,
        workflowBundle: () => workflowBundle(root),
      });
      const done = Promise.all(workers.map((worker) => worker.run()));
      const close = async (): Promise<void> => {
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
        await done;
        await closeParts();
        await connection.close();
      };
      running = { workers, done, close };
    },
    stop: async () => {
      const ending = running;
      running = null;
      await ending?.close();
    },
  };
}

function loggerInto(lines: LogLine[]) {
  const add = (level: LogLine['level']) => (detail: object, message: string) =>
    void lines.push({ level, message, detail });
  return { info: add('info'), warn: add('warn'), error: add('error') };
}

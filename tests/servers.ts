import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findProgram } from '#runtime/embedded/binaries.ts';
import { APP_ROLE, asSuperuser, OWNER_ROLE, prepareDatabase } from '#runtime/embedded/database.ts';
import { startNats } from '#runtime/embedded/nats.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { type EmbeddedPostgres, startPostgres } from '#runtime/embedded/postgres.ts';
import { startTemporal } from '#runtime/embedded/temporal.ts';
import { migrate } from '#runtime/migrate.ts';
import { prepareNamespace } from '#runtime/temporal-setup.ts';

/** Addresses of the servers of this test run. Databases come from tests/database.ts: each test file has its own. */
export type TestServers = {
  /** The same server as three roles; the database's name goes where `*` is. */
  postgres: { superuser: string; owner: string; app: string };
  /** Shared: streams and subjects need names of their own. */
  natsUrl: string;
  /** Shared: task queues and workflow ids need names of their own. */
  temporal: { address: string; namespace: string };
};

declare module 'vitest' {
  interface ProvidedContext {
    servers: TestServers;
  }
}

export const TEMPLATE_DATABASE = 'countersign_template';
const NAMESPACE = 'countersign-test';
const report = (line: string) => process.stdout.write(`${line}\n`);

/** vitest's globalSetup: Postgres, NATS and Temporal once, on free ports, in a folder that goes away afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  chmodSync(dir, 0o755);
  const stops: (() => Promise<void>)[] = [];
  const tearDown = async () => {
    await Promise.all(stops.map((stop) => stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  const [natsProgram, temporalProgram] = await Promise.all([
    findProgram('nats-server', { report }),
    findProgram('temporal', { report }),
  ]);
  const [postgresPort = 0, natsPort = 0, temporalPort = 0] = await freePorts(3);
  const place = (name: string) => ({
    dataDir: join(dir, name),
    logFile: join(dir, 'logs', `${name}.log`),
    runDir: join(dir, 'run'),
  });
  const track = <Server extends { stop(): Promise<void> }>(server: Server): Server => {
    stops.push(server.stop);
    return server;
  };
  try {
    const [postgres, nats, temporal] = await Promise.all([
      startTestPostgres(postgresPort, place('postgres'), track),
      startNats({ program: natsProgram, port: natsPort, ...place('nats') }).then(track),
      startTemporal({ program: temporalProgram, port: temporalPort, namespace: NAMESPACE, ...place('temporal') }).then(
        track,
      ),
    ]);
    await prepareNamespace({ connection: { address: temporal.address }, namespace: NAMESPACE, retentionDays: 1 });
    project.provide('servers', {
      postgres,
      natsUrl: nats.url,
      temporal: { address: temporal.address, namespace: NAMESPACE },
    });
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}

/** Without fsync: this data is not missed. The template is migrated once; a test database is a copy of its files. */
async function startTestPostgres(
  port: number,
  place: { dataDir: string; logFile: string; runDir: string },
  track: (server: EmbeddedPostgres) => EmbeddedPostgres,
): Promise<TestServers['postgres']> {
  const passwords = { superuser: randomUUID(), owner: randomUUID(), app: randomUUID() };
  const server = track(await startPostgres({ port, superuserPassword: passwords.superuser, durable: false, ...place }));
  const superuser = server.url('postgres', passwords.superuser, '*');
  const owner = server.url(OWNER_ROLE, passwords.owner, '*');
  const app = server.url(APP_ROLE, passwords.app, '*');
  await prepareDatabase(superuser.replace('*', 'postgres'), TEMPLATE_DATABASE, passwords);
  await migrate(owner.replace('*', TEMPLATE_DATABASE));
  // Statistics and hint bits settled once here are not settled again in every copy.
  await asSuperuser(superuser.replace('*', TEMPLATE_DATABASE), (client) => client.query('VACUUM ANALYZE'));
  return { superuser, owner, app };
}

import { join } from 'node:path';
import { findProgram } from '#runtime/embedded/binaries.ts';
import type { Child } from '#runtime/embedded/child.ts';
import { APP_ROLE, OWNER_ROLE, prepareDatabase } from '#runtime/embedded/database.ts';
import { startNats } from '#runtime/embedded/nats.ts';
import { startPostgres } from '#runtime/embedded/postgres.ts';
import { startTemporal } from '#runtime/embedded/temporal.ts';
import { migrate } from '#runtime/migrate.ts';
import type { Progress } from '#runtime/progress.ts';
import { supervise, type Supervised } from '#runtime/supervise.ts';
import type { ProcessName } from '../plan/faults.ts';

const database = 'countersign';
type Passwords = { superuser: string; owner: string; app: string };

export type ServersPlace = {
  stateDir: string;
  runDir: string;
  report: Progress;
  ports: { postgres: number; nats: number; temporal: number };
  namespace: string;
  passwords: Passwords;
};

/** Postgres (durable, migrated), NATS and Temporal, each started again whenever it ends. */
export async function startServers(
  place: ServersPlace,
  add: (name: ProcessName, server: Supervised) => void,
): Promise<void> {
  const { stateDir, runDir, ports, passwords, namespace, report } = place;
  const keep = async (name: ProcessName, run: () => Promise<{ child: Child }>) =>
    add(name, await supervise(async () => (await run()).child, report));
  const folder = (name: ProcessName) => ({
    dataDir: join(stateDir, name),
    logFile: join(stateDir, 'logs', `${name}.log`),
    runDir,
  });
  const [nats, temporal] = await Promise.all([
    findProgram('nats-server', { report }),
    findProgram('temporal', { report }),
  ]);
  await Promise.all([
    keep('postgres', () =>
      startPostgres({ port: ports.postgres, superuserPassword: passwords.superuser, ...folder('postgres') }),
    ),
    keep('nats', () => startNats({ program: nats, port: ports.nats, ...folder('nats') })),
    keep('temporal', () =>
      startTemporal({ program: temporal, port: ports.temporal, namespace, ...folder('temporal') }),
    ),
  ]);
  const urls = databaseUrls(ports.postgres, passwords);
  await prepareDatabase(urls.superuserUrl.replace(`/${database}`, '/postgres'), database, passwords);
  await migrate(urls.ownerUrl);
}

/** The same database as three roles. */
export function databaseUrls(port: number, passwords: Partial<Passwords>) {
  const url = (role: string, password = '') =>
    `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=disable`;
  return {
    superuserUrl: url('postgres', passwords.superuser),
    ownerUrl: url(OWNER_ROLE, passwords.owner),
    appUrl: url(APP_ROLE, passwords.app),
  };
}

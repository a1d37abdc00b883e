import { join } from 'node:path';
import { type EmbeddedPorts, type Environment, type StartConfig } from './config.ts';
import { findProgram, type ProgramName } from './embedded/binaries.ts';
import { type Child } from './embedded/child.ts';
import { APP_ROLE, OWNER_ROLE, prepareDatabase } from './embedded/database.ts';
import { startNats } from './embedded/nats.ts';
import { postgresUrl, startPostgres } from './embedded/postgres.ts';
import { startTemporal } from './embedded/temporal.ts';
import { type Progress, timed } from './progress.ts';
import { embeddedSecrets, type Secrets } from './secrets.ts';
import { type Supervised, supervise } from './supervise.ts';

const DATABASE = 'countersign';

export type ServerAddresses = {
  /** As the role that owns the database. */
  migrationUrl: string;
  /** What api and worker are told. */
  env: Environment;
};

/** Where the servers of a running system are: those that the environment names, and the embedded ones on these ports. */
export function addressesOfRunning(start: StartConfig, ports: EmbeddedPorts): ServerAddresses {
  const secrets = embeddedSecrets(start.stateDir);
  const url = (role: string, password: string) => postgresUrl(ports.postgres, role, password, DATABASE);
  return {
    migrationUrl: start.migrationDatabaseUrl ?? url(OWNER_ROLE, secrets.ownerPassword),
    env: {
      MASTER_KEY: start.masterKey ?? secrets.masterKey,
      DATABASE_URL: start.databaseUrl ?? url(APP_ROLE, secrets.appPassword),
      NATS_URL: start.natsUrl ?? `nats://127.0.0.1:${ports.nats}`,
      TEMPORAL_ADDRESS: start.temporalAddress ?? `127.0.0.1:${ports.temporal}`,
      TEMPORAL_UI_URL: start.temporalUiUrl ?? `http://127.0.0.1:${ports.temporalUi}`,
    },
  };
}

type Setting = { start: StartConfig; report: Progress; processes: Map<string, Supervised> };

/** Brings up each server that no address is given for, all at once, and adds it to `processes`. */
export async function startServers(
  start: StartConfig,
  report: Progress,
  processes: Map<string, Supervised>,
): Promise<ServerAddresses> {
  const setting: Setting = { start, report, processes };
  const secrets = embeddedSecrets(start.stateDir);
  const settled = await Promise.allSettled([
    provideDatabase(setting, secrets),
    provideNats(setting),
    provideTemporal(setting),
  ]);
  // All have come to an end before one failure is passed on: none may be brought up after everything was stopped.
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  const [database, nats, temporal] = settled.map((result) => (result.status === 'fulfilled' ? result.value : {}));
  const { MIGRATION_DATABASE_URL: migrationUrl, ...databaseEnv } = database ?? {};
  return {
    migrationUrl: migrationUrl ?? '',
    env: { MASTER_KEY: start.masterKey ?? secrets.masterKey, ...databaseEnv, ...nats, ...temporal },
  };
}

async function provideDatabase({ start, report, processes }: Setting, secrets: Secrets): Promise<Environment> {
  if (start.databaseUrl !== undefined) {
    return { DATABASE_URL: start.databaseUrl, MIGRATION_DATABASE_URL: start.migrationDatabaseUrl };
  }
  const port = start.embeddedPorts.postgres;
  return await timed(`Postgres on port ${port}`, report, async () => {
    const options = { port, superuserPassword: secrets.postgresPassword, ...placeOf(start, 'postgres') };
    const run = () => startPostgres(options);
    const url = await keep(run, report, processes);
    const passwords = { owner: secrets.ownerPassword, app: secrets.appPassword };
    await prepareDatabase(url.url('postgres', secrets.postgresPassword, 'postgres'), DATABASE, passwords);
    return {
      DATABASE_URL: url.url(APP_ROLE, passwords.app, DATABASE),
      MIGRATION_DATABASE_URL: url.url(OWNER_ROLE, passwords.owner, DATABASE),
    };
  });
}

async function provideNats({ start, report, processes }: Setting): Promise<Environment> {
  if (start.natsUrl !== undefined) return { NATS_URL: start.natsUrl };
  const program = await find('nats-server', start, report);
  const port = start.embeddedPorts.nats;
  return await timed(`NATS on port ${port}`, report, async () => {
    const server = await keep(() => startNats({ program, port, ...placeOf(start, 'nats') }), report, processes);
    return { NATS_URL: server.url };
  });
}

async function provideTemporal({ start, report, processes }: Setting): Promise<Environment> {
  const namespace = start.temporalNamespace;
  if (start.temporalAddress !== undefined) return { TEMPORAL_ADDRESS: start.temporalAddress };
  const program = await find('temporal', start, report);
  const { temporal: port, temporalUi: uiPort } = start.embeddedPorts;
  return await timed(`Temporal on port ${port}`, report, async () => {
    const options = { program, port, uiPort, namespace, ...placeOf(start, 'temporal') };
    const server = await keep(() => startTemporal(options), report, processes);
    return { TEMPORAL_ADDRESS: server.address, TEMPORAL_UI_URL: start.temporalUiUrl ?? server.uiUrl };
  });
}

/** Starts a server, sees to it that it is started again when it ends, and returns what the first start gave. */
async function keep<Server extends { child: Child }>(
  run: () => Promise<Server>,
  report: Progress,
  processes: Map<string, Supervised>,
): Promise<Server> {
  const server = await run();
  let first: Child | undefined = server.child;
  const supervised = await supervise(async () => {
    const child = first ?? (await run()).child;
    first = undefined;
    return child;
  }, report);
  processes.set(supervised.name, supervised);
  return server;
}

function find(name: ProgramName, start: StartConfig, report: Progress): Promise<string> {
  return findProgram(name, { report, ...(start.cacheDir !== undefined && { cacheDir: start.cacheDir }) });
}

function placeOf({ stateDir }: StartConfig, name: string) {
  return {
    dataDir: join(stateDir, name),
    logFile: join(stateDir, 'logs', `${name}.log`),
    runDir: join(stateDir, 'run'),
  };
}

import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Connection } from '@temporalio/client';
import { escapeLiteral } from 'pg';
import { processEnvironment } from '#runtime/config.ts';
import { findProgram } from '#runtime/embedded/binaries.ts';
import { type Child, startChild } from '#runtime/embedded/child.ts';
import { APP_ROLE, asSuperuser, OWNER_ROLE, prepareDatabase } from '#runtime/embedded/database.ts';
import { freePorts, isPortFree, waitForPort } from '#runtime/embedded/ports.ts';
import { type EmbeddedPostgres, startPostgres } from '#runtime/embedded/postgres.ts';
import type { Progress } from '#runtime/progress.ts';
import { type Member, startMember } from './member.ts';

const root = join(import.meta.dirname, '..', '..');
const DATABASE = 'countersign';
const SHARDS = '512';

export type Programs = { nats: string; temporalServer: string; temporalSqlTool: string };

export type ClusterServers = {
  databaseUrl: string;
  migrationUrl: string;
  natsUrl: string;
  temporalAddress: string;
  postgresPid: number;
  nats: Member[];
  temporal: Member;
  stop(): Promise<void>;
};

/** Built with Go where no release can be had: up to a quarter of an hour, once. */
export async function clusterPrograms(report: Progress): Promise<Programs> {
  const nats = await findProgram('nats-server', { report });
  const temporalSqlTool = await findProgram('temporal-sql-tool', { report });
  const temporalServer = await findProgram('temporal-server', { report });
  return { nats, temporalServer, temporalSqlTool };
}

/** @param natsCount one, or three as a cluster */
export async function startServers(dir: string, programs: Programs, natsCount: 1 | 3): Promise<ClusterServers> {
  const [postgresPort = 0] = await freePorts(1);
  const passwords = { superuser: randomUUID(), owner: randomUUID(), app: randomUUID(), temporal: randomUUID() };
  const place = { dataDir: join(dir, 'postgres'), logFile: logOf(dir, 'postgres'), runDir: join(dir, 'run') };
  const postgres = await startPostgres({ port: postgresPort, superuserPassword: passwords.superuser, ...place });
  const members: Member[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
    await postgres.stop();
  };
  try {
    const superuserUrl = postgres.url('postgres', passwords.superuser, 'postgres');
    await prepareDatabase(superuserUrl, DATABASE, passwords);
    const nats = await startNatsCluster(dir, programs.nats, natsCount);
    members.push(...nats.members);
    await prepareTemporalDatabases(dir, programs.temporalSqlTool, superuserUrl, postgres.port, passwords.temporal);
    const temporal = await startTemporalServer(dir, programs.temporalServer, postgres, passwords.temporal);
    members.push(temporal.member);
    return {
      databaseUrl: postgres.url(APP_ROLE, passwords.app, DATABASE),
      migrationUrl: postgres.url(OWNER_ROLE, passwords.owner, DATABASE),
      natsUrl: nats.url,
      postgresPid: postgres.child.pid,
      nats: nats.members,
      temporal: temporal.member,
      temporalAddress: temporal.address,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function logOf(dir: string, name: string): string {
  return join(dir, 'logs', `${name}.log`);
}

/** Servers that know of each other, with a name and a password, as in production; or one alone. */
export async function startNatsCluster(
  dir: string,
  program: string,
  count: 1 | 3,
): Promise<{ members: Member[]; url: string }> {
  const ports = await freePorts(2 * count);
  const password = randomUUID();
  const nodes = Array.from({ length: count }, (_, index) => ({
    name: `nats-${index + 1}`,
    port: ports[index] ?? 0,
    clusterPort: ports[index + count] ?? 0,
  }));
  const routes = nodes.map(({ clusterPort }) => `nats://countersign:${password}@127.0.0.1:${clusterPort}`);
  const launch = async ({ name, port, clusterPort }: (typeof nodes)[number]): Promise<Child> => {
    const folder = join(dir, name);
    mkdirSync(folder, { recursive: true });
    const configFile = join(folder, 'nats.conf');
    writeFileSync(
      configFile,
      [
        ...[`server_name: ${name}`, 'host: 127.0.0.1', `port: ${port}`],
        `authorization { user: countersign, password: "${password}" }`,
        `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))}, sync_interval: always }`,
        ...(count === 1 ? [] : clusterBlock(clusterPort, password, routes)),
      ].join('\n'),
    );
    const options = { name, command: program, args: ['-c', configFile], logFile: logOf(dir, name) };
    const child = await startChild({ ...options, runDir: join(dir, 'run'), marker: configFile });
    await waitForPort(port, 30_000, child.alive);
    return child;
  };
  const members = await Promise.all(nodes.map((node) => startMember(node.name, () => launch(node))));
  const [first, ...others] = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const url = [`nats://countersign:${password}@${first ?? ''}`, ...others.map((address) => `nats://${address}`)].join(
    ',',
  );
  return { members, url };
}

const clusterBlock = (port: number, password: string, routes: readonly string[]): string[] => [
  `cluster { name: countersign, host: 127.0.0.1, port: ${port}`,
  `  authorization { user: countersign, password: "${password}" }`,
  `  routes: ${JSON.stringify(routes)} }`,
];

/** Role, databases and, with the very script that compose runs, schema; twice, because an upgrade runs it again. */
async function prepareTemporalDatabases(
  dir: string,
  sqlTool: string,
  superuserUrl: string,
  port: number,
  password: string,
): Promise<void> {
  await asSuperuser(superuserUrl, async (client) => {
    await client.query(`CREATE ROLE temporal LOGIN PASSWORD ${escapeLiteral(password)}`);
    for (const name of ['temporal', 'temporal_visibility'])
      await client.query(`CREATE DATABASE ${name} OWNER temporal`);
  });
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(sqlTool, join(bin, 'temporal-sql-tool'));
  const env = {
    PATH: [bin, processEnvironment()['PATH'] ?? ''].join(delimiter),
    ...{ POSTGRES_SEEDS: '127.0.0.1', DB_PORT: String(port), POSTGRES_USER: 'temporal', SQL_PASSWORD: password },
  };
  const script = join(root, 'deploy', 'compose', 'temporal-schema.sh');
  await run('/bin/sh', [script], env);
  await run('/bin/sh', [script], env);
}

function run(command: string, args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')}:\n${output}`))));
  });
}

/** Every service of Temporal in one process, configured as docker-compose.yml does it: by nothing but the environment. */
async function startTemporalServer(
  dir: string,
  program: string,
  postgres: EmbeddedPostgres,
  password: string,
): Promise<{ member: Member; address: string }> {
  const ports = (await freeLowPorts(9)).map(String);
  const names = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'];
  const env = {
    ...{ DB: 'postgres12_pgx', POSTGRES_SEEDS: '127.0.0.1', DB_PORT: String(postgres.port) },
    ...{ POSTGRES_USER: 'temporal', POSTGRES_PWD: password },
    ...{ DBNAME: 'temporal', VISIBILITY_DBNAME: 'temporal_visibility', NUM_HISTORY_SHARDS: SHARDS },
    DYNAMIC_CONFIG_FILE_PATH: join(root, 'temporal-config', 'production.yaml'),
    ...{ BIND_ON_IP: '127.0.0.1', TEMPORAL_ALLOW_NO_AUTH: 'true', LOG_LEVEL: 'warn' },
    ...Object.fromEntries(names.map((name, index) => [`${name}_GRPC_PORT`, ports[index]])),
    ...Object.fromEntries(names.map((name, index) => [`${name}_MEMBERSHIP_PORT`, ports[index + names.length]])),
    FRONTEND_HTTP_PORT: ports[8],
  };
  const address = `127.0.0.1:${ports[0] ?? ''}`;
  const launch = async (): Promise<Child> => {
    const args = ['--root', dir, 'start'];
    const options = { name: 'temporal', command: program, args, env, logFile: logOf(dir, 'temporal') };
    const child = await startChild({ ...options, runDir: join(dir, 'run'), marker: `--root ${dir}` });
    await untilServing(address, child);
    return child;
  };
  return { member: await startMember('temporal', launch), address };
}

/** Temporal keeps its members' ports in Postgres as a smallint: 32,767 at most, below what the system hands out by itself. */
async function freeLowPorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(20_000, 30_000);
    if (await isPortFree(port)) ports.add(port);
  }
  return [...ports];
}

async function untilServing(address: string, child: Child): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    child.alive.throwIfAborted();
    const connection = await Connection.connect({ address, connectTimeout: '2s' }).catch(() => null);
    const namespace = 'temporal-system';
    const answer = await connection?.workflowService.describeNamespace({ namespace }).catch(() => null);
    await connection?.close();
    if (answer) return;
    if (performance.now() > deadline) throw new Error('Temporal does not answer after two minutes.');
  }
}

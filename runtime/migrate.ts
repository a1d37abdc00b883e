import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { type MigrationConfig, migrationConfigOfThisProcess, processEnvironment } from './config.ts';
import { APP_ROLE } from './embedded/database.ts';
import { namespaces, prepareNamespace, temporalConnectionOptions } from './temporal-setup.ts';

export const migrationsDir = join(import.meta.dirname, '..', 'db', 'migrations');

/** Any number, the same everywhere: two processes that migrate at once go one after the other. */
const MIGRATION_LOCK = 4_216_001;

/**
 * Applies the migrations that this database lacks (with dbmate). Safe to run from several processes at once.
 * @param migrationUrl as the role that owns the database
 * @param dir other migrations than all of ours: to get to an earlier schema
 * @returns dbmate's lines: one for each migration that it applied
 * @throws with dbmate's output when a migration fails; what it had not finished is rolled back
 */
export async function migrate(migrationUrl: string, dir = migrationsDir): Promise<string[]> {
  const client = new Client({ connectionString: migrationUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APP_ROLE]);
    if (rowCount === 0) throw new Error(`the role ${APP_ROLE} does not exist: see "Roles" in docs/operations.md`);
    return await runDbmate(migrationUrl, dir);
  } finally {
    await client.end();
  }
}

function runDbmate(url: string, dir: string): Promise<string[]> {
  const dbmate = createRequire(import.meta.url).resolve('dbmate/dist/cli.js');
  const args = [dbmate, '--migrations-dir', dir, '--no-dump-schema', 'migrate'];
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

export type Migrated = {
  /** dbmate's lines: one for each migration that was applied. */
  applied: string[];
  /** The Temporal namespace that was prepared; null when no address is given. */
  namespace: string | null;
  /** What was changed there, in words. */
  namespaceChanges: string[];
};

/** Database and Temporal namespace: what the production process `migrate` does, then it ends. Can be repeated. */
export async function migrateAll({ migrationUrl, deployment, temporal }: MigrationConfig): Promise<Migrated> {
  const applied = await migrate(migrationUrl);
  if (temporal === undefined) return { applied, namespace: null, namespaceChanges: [] };
  const { namespace } = temporal;
  const connection = temporalConnectionOptions(temporal);
  const { retentionDays } = namespaces[deployment];
  const namespaceChanges = await prepareNamespace({ connection, namespace, retentionDays });
  return { applied, namespace, namespaceChanges };
}

/** What came of it, in words. */
export function sentencesOf({ applied, namespace, namespaceChanges }: Migrated): string[] {
  const ready = namespace === null ? [] : [...namespaceChanges, `The Temporal namespace ${namespace} is ready.`];
  return [...applied, 'The database is at the newest schema.', ...ready];
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const line of sentencesOf(await migrateAll(migrationConfigOfThisProcess()))) process.stdout.write(`${line}\n`);
}

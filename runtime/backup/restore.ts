import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Client } from 'pg';
import { loadTables } from '#db/copy/load.ts';
import { contentOf, discardAside, putAside, takeBack, takeBackInterrupted } from '#db/copy/aside.ts';
import type { ObjectStore } from '#integrations/storage/store.ts';
import { migrate, migrationsDir } from '../migrate.ts';
import type { Progress } from '../progress.ts';
import type { MasterKey } from '../settings.ts';
import type { Archive } from './archive.ts';
import { unknownKeys, type Manifest } from './manifest.ts';
import { putBack } from './objects.ts';

/** It was not begun, and nothing was touched: the message says why and what to do. */
export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
}

export type RestoreTarget = {
  /** As the role that owns the database. */
  ownerUrl: string;
  masterKeys: readonly MasterKey[];
  store: ObjectStore;
  /** The database may have data in it, which goes when the restore has worked. */
  replace: boolean;
};

/** What can be said of a backup before there are servers. @throws RestoreRefused */
export function requireRestorable(manifest: Manifest): void {
  const known = new Set(ownMigrations().map(versionOf));
  const newer = manifest.migrations.filter((version) => !known.has(version));
  if (newer.length > 0) {
    throw new RestoreRefused(
      `The backup was made by version ${manifest.version}, whose migrations ${newer.join(', ')} this version does not know: ` +
        'restore it with that version or a later one.',
    );
  }
}

/**
 * Puts a backup's documents and rows in place: documents first, so that no row names one that is not there. The database is brought to the
 * schema of the backup, filled in one transaction, then brought to the newest schema; when any of that fails it is as it was before.
 * @returns the migrations that the backup lacked
 * @throws RestoreRefused
 */
export async function restore(archive: Archive, target: RestoreTarget, report: Progress): Promise<string[]> {
  const { manifest } = archive;
  requireRestorable(manifest);
  requireKeys(manifest, target.masterKeys);
  return withClient(target.ownerUrl, async (client) => {
    if (await takeBackInterrupted(client))
      report('  An earlier restore was interrupted: what was there before it is back.');
    await requireFree(client, target.replace);
    for (const { key } of manifest.objects) await putBack(target.store, key, await archive.readObject(key));
    report(`  ${manifest.objects.length} documents`);
    await putAside(client);
    try {
      await migrateTo(target.ownerUrl, manifest.migrations);
      const tables = manifest.tables.map((table) => ({
        ...table,
        open: () => Readable.from(archive.openTable(table.name)),
      }));
      await loadTables(client, tables);
      report(`  ${tables.length} tables, ${tables.reduce((sum, { rows }) => sum + rows, 0)} rows`);
      const applied = await migrate(target.ownerUrl);
      await discardAside(client);
      // Or the first questions are planned for empty tables.
      await client.query('analyze');
      return applied;
    } catch (error) {
      await takeBack(client);
      throw error;
    }
  });
}

function requireKeys(manifest: Manifest, keys: readonly MasterKey[]): void {
  const unknown = unknownKeys(manifest, keys);
  if (unknown.length === 0) return;
  throw new RestoreRefused(
    `The backup was made under the master key ${unknown.join(', ')}, and MASTER_KEY does not have it: what is encrypted could not be ` +
      'read. Set MASTER_KEY as it was (after npm start: "masterKey" in secrets.json of the state folder that was backed up; copy that value ' +
      'alone), and restore again.',
  );
}

async function requireFree(client: Client, replace: boolean): Promise<void> {
  const { kind, othersConnected } = await contentOf(client);
  if (kind === 'foreign') throw new RestoreRefused('The database has tables of something else: give an empty one.');
  if (othersConnected > 0) {
    throw new RestoreRefused(
      `${othersConnected} connections of Countersign's own roles are open to the database: stop api and worker first.`,
    );
  }
  if (kind === 'filled' && !replace)
    throw new RestoreRefused('The database has data in it. To have it replaced by the backup, say --replace.');
}

/** Brings an empty schema to exactly these migrations. */
async function migrateTo(ownerUrl: string, versions: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-migrations-'));
  try {
    for (const name of ownMigrations())
      if (versions.includes(versionOf(name))) copyFileSync(join(migrationsDir, name), join(dir, name));
    await migrate(ownerUrl, dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const ownMigrations = (): string[] => readdirSync(migrationsDir).filter((name) => name.endsWith('.sql'));
const versionOf = (file: string): string => file.slice(0, file.indexOf('_'));

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

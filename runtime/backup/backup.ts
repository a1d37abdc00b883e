import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type SealedDocument, type Snapshot, type StoredObject, withSnapshot } from '#db/copy/snapshot.ts';
import { sha256Hex } from '#integrations/storage/sealed.ts';
import type { ObjectStore } from '#integrations/storage/store.ts';
import type { DocumentVault } from '#integrations/storage/vault.ts';
import type { FactsStream } from '#integrations/stream/facts-stream.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { MasterKey } from '../settings.ts';
import type { Progress } from '../progress.ts';
import { measuring } from './hashing.ts';
import { keyChecks, type Manifest, manifestFile, objectFile, tableFile } from './manifest.ts';

export type BackupParts = {
  /** As the role that owns the database. */
  ownerUrl: string;
  masterKeys: readonly MasterKey[];
  store: ObjectStore;
  vault: DocumentVault;
  stream: Pick<FactsStream, 'bounds'>;
};

/**
 * Copies the database as it is at one moment, and every stored document that it names, into a new folder. Nothing has to stop for it.
 * A document that is missing or damaged does not keep the rest from being saved: it is named in the manifest.
 * @param folder where the backup will be; it must not exist, and is there only when the backup is complete
 */
export async function backUp(parts: BackupParts, folder: string, report: Progress): Promise<Manifest> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, 'database'), { recursive: true, mode: 0o700 });
  try {
    const manifest = await withSnapshot(parts.ownerUrl, async (snapshot) => {
      const tables = await copyTables(snapshot, partial);
      report(`  ${tables.length} tables, ${tables.reduce((sum, { rows }) => sum + rows, 0)} rows`);
      const { objects, missing } = await copyObjects(parts, snapshot.objects, partial);
      report(`  ${objects.length} documents`);
      return describe(parts, snapshot, { tables, objects, missing });
    });
    await writeSynced(join(partial, manifestFile), `${JSON.stringify(manifest, null, 1)}\n`);
    await rename(partial, folder);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function describe(
  parts: BackupParts,
  snapshot: Snapshot,
  copied: Pick<Manifest, 'tables' | 'objects' | 'missing'>,
): Promise<Manifest> {
  return {
    format: 1,
    product: 'countersign',
    version: packageJson.version,
    takenAt: snapshot.takenAt.toISOString(),
    postgres: snapshot.postgres,
    migrations: [...snapshot.migrations],
    keys: keyChecks(parts.masterKeys),
    ...copied,
    stream: { lastPosition: (await parts.stream.bounds()).last },
  };
}

async function copyTables(snapshot: Snapshot, folder: string): Promise<Manifest['tables']> {
  const tables: Manifest['tables'] = [];
  for (const table of snapshot.tables) {
    const { bytes, rows } = snapshot.copyOut(table);
    const measure = measuring();
    await pipeline(
      bytes,
      createGzip(),
      measure,
      createWriteStream(join(folder, tableFile(table.name)), { mode: 0o600 }),
    );
    tables.push({ ...table, rows: rows(), ...measure.measured() });
  }
  return tables;
}

async function copyObjects(parts: BackupParts, stored: readonly StoredObject[], folder: string) {
  const objects: Manifest['objects'] = [];
  const missing: Manifest['missing'] = [];
  for (const { storageKey: key, document } of stored) {
    try {
      const bytes = await parts.store.get(key);
      if (document) await requireReadable(parts.vault, key, document);
      const path = join(folder, objectFile(key));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, bytes, { mode: 0o600 });
      objects.push({ key, bytes: bytes.length, sha256: sha256Hex(bytes) });
    } catch (error) {
      if (!isDamage(error)) throw error;
      missing.push({ key, reason: error.name });
    }
  }
  return { objects, missing };
}

/** The document that these bytes hold is the one on record. @throws SealBroken */
async function requireReadable(vault: DocumentVault, storageKey: string, document: SealedDocument): Promise<void> {
  await vault.read({ ...document, storageKey }, `${document.organizationId}/${document.id}`);
}

/** What lies with one document; everything else (a store that is away) lies with all of them, and ends the backup. */
function isDamage(error: unknown): error is Error {
  return error instanceof Error && ['ObjectNotFound', 'SealBroken', 'MasterKeyUnknown'].includes(error.name);
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

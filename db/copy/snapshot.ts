import type { Readable } from 'node:stream';
import { Client, escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';
import { migrationsOf, tablesOf, type TableShape } from './tables.ts';

/** What a stored document needs to be read and checked. */
export type StoredObject = { storageKey: string; document: SealedDocument | null };
export type SealedDocument = { id: string; organizationId: string; wrappedKey: string; keyId: string; sha256: string };

/** The database as it was at one moment, however long it takes to read. */
export type Snapshot = {
  takenAt: Date;
  /** Such as `18.4`. */
  postgres: string;
  migrations: readonly string[];
  tables: readonly TableShape[];
  /** Every key of the object store that any table names. */
  objects: readonly StoredObject[];
  /** The rows of a table in COPY's text format. `rows()` is right when the stream has ended. */
  copyOut(table: TableShape): { bytes: Readable; rows(): number };
};

/**
 * Reads a whole database in one repeatable-read transaction: writers are not held up, and what is read belongs together.
 * @param url as the role that owns the tables (row-level security does not bind it)
 */
export async function withSnapshot<T>(url: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query(`set local timezone = 'UTC'; set local datestyle = 'ISO'; set local statement_timeout = 0`);
    const { rows } = await client.query(`select now() as at, current_setting('server_version') as postgres`);
    const { at, postgres } = z.tuple([z.object({ at: z.date(), postgres: z.string() })]).parse(rows)[0];
    const tables = await tablesOf(client);
    const snapshot: Snapshot = {
      takenAt: at,
      postgres,
      migrations: await migrationsOf(client),
      tables,
      objects: await objectsOf(client, tables),
      copyOut: (table) => {
        const stream = client.query(copyTo(`copy ${target(table)} to stdout`));
        return { bytes: stream, rows: () => stream.rowCount };
      },
    };
    return await work(snapshot);
  } finally {
    await client.end();
  }
}

/** A table with its columns, as COPY wants it named. */
export function target({ name, columns }: TableShape): string {
  return `public.${escapeIdentifier(name)} (${columns.map(escapeIdentifier).join(', ')})`;
}

const keyRows = z.array(z.object({ storageKey: z.string() }));
const documentRows = z.array(
  z.object({
    storageKey: z.string(),
    id: z.string(),
    organizationId: z.string(),
    wrappedKey: z.string(),
    keyId: z.string(),
    sha256: z.string(),
  }),
);

/** Documents are read with what opens them; what waits for its deletion is not kept. */
const apart = new Set(['document', 'object_deletion']);

/** Whatever table has a `storage_key` keeps something in the object store; of documents it is known how to read them. */
async function objectsOf(client: Client, tables: readonly TableShape[]): Promise<StoredObject[]> {
  const found = new Map<string, SealedDocument | null>();
  for (const { name, columns } of tables) {
    if (!columns.includes('storage_key') || apart.has(name)) continue;
    const { rows } = await client.query(
      `select distinct storage_key as "storageKey" from public.${escapeIdentifier(name)} where storage_key <> ''`,
    );
    for (const { storageKey } of keyRows.parse(rows)) found.set(storageKey, null);
  }
  if (tables.some(({ name }) => name === 'document')) {
    const { rows } = await client.query(
      `select storage_key as "storageKey", id, organization_id as "organizationId", wrapped_key as "wrappedKey", key_id as "keyId", sha256
       from document where storage_key <> ''`,
    );
    for (const { storageKey, ...document } of documentRows.parse(rows)) found.set(storageKey, document);
  }
  return [...found].map(([storageKey, document]) => ({ storageKey, document }));
}

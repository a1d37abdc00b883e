import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Client, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { z } from 'zod';
import { target } from './snapshot.ts';
import { tablesOf, type TableShape } from './tables.ts';

export type TableToLoad = TableShape & { rows: number; open(): Readable };

/**
 * Fills the tables of a database that has the schema of the copy, all in one transaction. References are checked when everything is in,
 * triggers stay quiet meanwhile.
 * @throws when a table is not as it was copied, a row breaks a constraint, or the number of rows differs: then nothing was changed
 */
export async function loadTables(client: Client, tables: readonly TableToLoad[]): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local timezone = 'UTC'; set local datestyle = 'ISO'; set local statement_timeout = 0`);
    const present = await tablesOf(client);
    requireSameTables(tables, present);
    const references = await dropReferences(client);
    for (const { name } of present)
      await client.query(`alter table public.${escapeIdentifier(name)} disable trigger user`);
    // What migrations put in is in the copy too.
    if (present.length > 0)
      await client.query(`truncate ${present.map(({ name }) => `public.${escapeIdentifier(name)}`).join(', ')}`);
    for (const table of tables) await loadTable(client, table);
    for (const { name } of present)
      await client.query(`alter table public.${escapeIdentifier(name)} enable trigger user`);
    for (const reference of references) await client.query(reference.add);
    await continueSequences(client);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function loadTable(client: Client, table: TableToLoad): Promise<void> {
  const stream = client.query(copyFrom(`copy ${target(table)} from stdin`));
  await pipeline(table.open(), stream);
  if (stream.rowCount !== table.rows)
    throw new Error(`The table ${table.name} has ${stream.rowCount} rows after loading, not ${table.rows}.`);
}

function requireSameTables(copied: readonly TableShape[], present: readonly TableShape[]): void {
  const columns = new Map(present.map((table) => [table.name, new Set(table.columns)]));
  for (const table of copied) {
    const known = columns.get(table.name);
    const unknown = known === undefined ? ['*'] : table.columns.filter((column) => !known.has(column));
    if (unknown.length > 0) throw new Error(`The schema has no place for ${table.name}.${unknown.join(', ')}.`);
  }
}

const referenceRows = z.array(z.object({ table: z.string(), name: z.string(), definition: z.string() }));

async function dropReferences(client: Client): Promise<{ add: string }[]> {
  const { rows } = await client.query(
    `select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0 order by conname`,
  );
  const references = referenceRows.parse(rows);
  for (const { table, name } of references)
    await client.query(`alter table ${table} drop constraint ${escapeIdentifier(name)}`);
  return references.map(({ table, name, definition }) => ({
    add: `alter table ${table} add constraint ${escapeIdentifier(name)} ${definition}`,
  }));
}

const sequenceRows = z.array(z.object({ table: z.string(), column: z.string(), sequence: z.string() }));

/** Numbers that Postgres gives go on after those that were loaded. */
async function continueSequences(client: Client): Promise<void> {
  const { rows } = await client.query(
    `select quote_ident(table_name) as "table", quote_ident(column_name) as "column",
       pg_get_serial_sequence(quote_ident(table_name), column_name) as sequence
     from information_schema.columns
     where table_schema = 'public' and pg_get_serial_sequence(quote_ident(table_name), column_name) is not null`,
  );
  for (const { table, column, sequence } of sequenceRows.parse(rows))
    await client.query(`select setval($1, (select coalesce(max(${column}), 0) + 1 from public.${table}), false)`, [
      sequence,
    ]);
}

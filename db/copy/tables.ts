import type { Client } from 'pg';
import { z } from 'zod';

/** A table as it is copied: by name, with its columns in their order, generated ones aside. */
export type TableShape = { name: string; columns: string[] };

/** Which migrations were applied is the tool's own table: a copy says it in its manifest, and a restored database gets it by migrating. */
const toolsOwn = 'schema_migrations';

const tableRows = z.array(z.object({ name: z.string(), columns: z.array(z.string()) }));

/** All tables of the schema `public`, by name. */
export async function tablesOf(client: Client): Promise<TableShape[]> {
  const { rows } = await client.query(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and c.relname <> $1
     group by c.relname order by c.relname`,
    [toolsOwn],
  );
  return tableRows.parse(rows);
}

const versionRows = z.array(z.object({ version: z.string() }));

/** The migrations that were applied, oldest first; none when there is no such table. */
export async function migrationsOf(client: Client): Promise<string[]> {
  const { rows: found } = await client.query(`select from pg_tables where schemaname = 'public' and tablename = $1`, [
    toolsOwn,
  ]);
  if (found.length === 0) return [];
  const { rows } = await client.query(`select version::text as version from ${toolsOwn} order by 1`);
  return versionRows.parse(rows).map(({ version }) => version);
}

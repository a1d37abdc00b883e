import type { Client } from 'pg';
import { z } from 'zod';
import { migrationsOf, tablesOf } from './tables.ts';

const asideSchema = 'countersign_aside';

/** What a restore would come upon. */
export type DatabaseContent = {
  /** `foreign`: tables that none of our migrations made. */
  kind: 'empty' | 'filled' | 'foreign';
  /** Other connections of the application's roles: a process that still runs. */
  othersConnected: number;
};

export async function contentOf(client: Client): Promise<DatabaseContent> {
  const tables = await tablesOf(client);
  const migrations = await migrationsOf(client);
  const { rows } = await client.query(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and usename like 'countersign%'`,
  );
  const othersConnected = z.tuple([z.object({ count: z.number() })]).parse(rows)[0].count;
  if (tables.length === 0) return { kind: 'empty', othersConnected };
  if (migrations.length === 0) return { kind: 'foreign', othersConnected };
  const filled = await client.query('select from organization limit 1');
  return { kind: filled.rowCount === 0 ? 'empty' : 'filled', othersConnected };
}

/**
 * Moves all that is ours out of `public`, in one transaction. What extensions brought stays there: it is not ours to move, and types and
 * operators are found in it wherever the tables are that use them.
 */
export async function putAside(client: Client): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`create schema ${asideSchema}`);
    await moveAll(client, 'public', asideSchema);
  });
}

/** Takes back what was put aside; what was made meanwhile goes. */
export async function takeBack(client: Client): Promise<void> {
  await inTransaction(client, async () => {
    for (const { kind, name } of await objectsIn(client, 'public'))
      await client.query(`drop ${kind} if exists public.${name} cascade`);
    await moveAll(client, asideSchema, 'public');
    await client.query(`drop schema ${asideSchema}`);
  });
}

/** A restore that was killed on its way left things aside: they are what the database was. @returns whether there was such a one */
export async function takeBackInterrupted(client: Client): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [asideSchema]);
  if (rowCount === 0) return false;
  await takeBack(client);
  return true;
}

/** What was put aside is not needed any more. */
export async function discardAside(client: Client): Promise<void> {
  await client.query(`drop schema if exists ${asideSchema} cascade`);
}

async function moveAll(client: Client, from: string, to: string): Promise<void> {
  for (const { kind, name } of await objectsIn(client, from))
    await client.query(`alter ${kind} ${from}.${name} set schema ${to}`);
}

const objectRows = z.array(z.object({ kind: z.string(), name: z.string() }));

/** Tables (indexes and numbered columns go with them), views, sequences, types and functions that no extension brought. */
async function objectsIn(client: Client, schema: string) {
  const { rows } = await client.query(
    `with extensions as (select objid from pg_depend where deptype = 'e')
     select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end as kind,
       quote_ident(relname) as name
     from pg_class c where relnamespace = $1::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') and oid not in (select objid from extensions)
       and not (relkind = 'S' and exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i')))
     union all
     select 'type', quote_ident(typname) from pg_type
     where typnamespace = $1::regnamespace and typtype in ('e', 'd') and oid not in (select objid from extensions)
     union all
     select 'routine', quote_ident(proname) || '(' || pg_get_function_identity_arguments(oid) || ')' from pg_proc
     where pronamespace = $1::regnamespace and oid not in (select objid from extensions)`,
    [schema],
  );
  return objectRows.parse(rows);
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { createPgDriverFactory } from '@slonik/pg-driver';
import {
  createPool,
  SchemaValidationError,
  sql,
  type CommonQueryMethods,
  type DatabasePool,
  type DatabaseTransactionConnection,
  type Interceptor,
} from 'slonik';
import { traceStatements, traceTransactions } from './spans.ts';

export type Database = DatabasePool;
export type Transaction = DatabaseTransactionConnection;
/** Whatever can run a query: the pool, or a transaction. */
export type Queryable = CommonQueryMethods;

/** Rows are what their schema says, or the query fails: the one way in for stored data. */
const parseRows: Interceptor = {
  name: 'parse-rows',
  transformRowAsync: async (context, query, row) => {
    const { resultParser } = context;
    if (!resultParser) return row;
    const result = await resultParser['~standard'].validate(row);
    if (result.issues) throw new SchemaValidationError(query, row, [...result.issues]);
    return result.value as typeof row;
  },
};

const statementNames = new Map<string, string>();

/**
 * Each text is parsed and planned once per connection: planning the larger questions takes longer than answering them. The texts are those
 * of the source, with what varies as parameters, so their number is bounded.
 */
const prepareStatements: Interceptor = {
  name: 'prepare-statements',
  transformQuery: (_context, query) => {
    const name = statementNames.get(query.sql) ?? createHash('sha256').update(query.sql).digest('base64url');
    statementNames.set(query.sql, name);
    return { ...query, name };
  },
};

const typeParsers = [
  { name: 'int8', parse: (value: string) => Number(value) },
  { name: 'timestamptz', parse: (value: string) => new Date(value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')) },
  { name: 'date', parse: (value: string) => value },
];

/** A pool of connections as the application's role. Nothing is set on a connection outside transactions, so none needs a reset. */
export async function openDatabase(url: string, options: { maxConnections?: number } = {}): Promise<Database> {
  const pool = await createPool(url, {
    driverFactory: createPgDriverFactory(),
    interceptors: [prepareStatements, traceStatements, parseRows],
    typeParsers,
    maxPoolSize: options.maxConnections ?? 10,
    idleTimeout: 60_000,
    statementTimeout: 15_000,
    idleInTransactionSessionTimeout: 15_000,
    resetConnection: async () => {},
  });
  return traceTransactions(pool);
}

/** What a host's request may touch: its organization, or in it only what is one host's own. */
export type Scope = { organizationId: string; onlyHostId?: string | undefined };

/**
 * Runs `work` in a transaction as a host's request: row-level security lets it see and change rows of this organization only (and, with
 * `onlyHostId`, only those of this host), whatever the queries inside forget to say.
 */
export async function asOrganization<T>(
  database: Database,
  { organizationId, onlyHostId }: Scope,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.transaction(async (tx) => {
    await tx.query(sql.unsafe`
      select set_config('role', 'countersign_host', true), set_config('countersign.organization_id', ${organizationId}, true),
        set_config('countersign.host_id', ${onlyHostId ?? ''}, true)`);
    return work(tx);
  });
}

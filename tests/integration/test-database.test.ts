import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#tests/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

test('a test database has the tables of the migrations, and the application owns none of them', async () => {
  const owners = await query(database.url, `select distinct tableowner from pg_tables where schemaname = 'public'`);
  expect(owners).toEqual([{ tableowner: 'countersign_owner' }]);
});

test('the application cannot change the schema', async () => {
  await expect(query(database.url, 'create table mine (id int)')).rejects.toThrow(
    'permission denied for schema public',
  );
});

test('two test databases do not see each other', async () => {
  const other = await createTestDatabase();
  await query(database.ownerUrl, 'create table only_here (id int)');
  expect(await query(other.url, `select to_regclass('only_here') as found`)).toEqual([{ found: null }]);
  await other.drop();
});

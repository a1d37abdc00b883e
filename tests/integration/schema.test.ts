import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asSuperuser, OWNER_ROLE } from '#runtime/embedded/database.ts';
import { createTestDatabase, type TestDatabase } from '#tests/database.ts';
import { readCatalog } from './catalog.ts';

const schema = readFileSync(join(import.meta.dirname, '..', '..', 'db', 'schema.sql'), 'utf8');
let migrated: TestDatabase;
let fresh: { name: string; superuserUrl: string; ownerUrl: string };
let administrator: string;

beforeAll(async () => {
  const { postgres } = inject('servers');
  administrator = postgres.superuser.replace('*', 'postgres');
  const name = `fresh_${randomBytes(6).toString('hex')}`;
  fresh = {
    name,
    superuserUrl: postgres.superuser.replace('*', name),
    ownerUrl: postgres.owner.replace('*', name),
  };
  await asSuperuser(administrator, (client) => client.query(`CREATE DATABASE ${name} OWNER ${OWNER_ROLE}`));
  await asSuperuser(fresh.ownerUrl, (client) => client.query(schema));
  migrated = await createTestDatabase();
});

afterAll(async () => {
  await asSuperuser(administrator, (client) => client.query(`DROP DATABASE ${fresh.name} WITH (FORCE)`));
  await migrated.drop();
});

describe('db/schema.sql', () => {
  it('makes the same database as the migrations', async () => {
    const [ofSchema, ofMigrations] = await Promise.all([
      readCatalog(fresh.superuserUrl),
      readCatalog(migrated.superuserUrl),
    ]);
    expect(ofSchema).toEqual(ofMigrations);
    const { columns = [], constraints = [], indexes = [], policies = [], tableGrants = [], functions = [] } = ofSchema;
    for (const lines of [columns, constraints, indexes, policies, tableGrants])
      expect(lines.length).toBeGreaterThan(40);
    expect(functions.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['columns', 'alter table booking add extra text'],
    ['columns', 'alter table booking alter sequence set default 1'],
    ['constraints', 'alter table claim drop constraint claim_no_overlap'],
    ['indexes', 'drop index booking_host_time'],
    ['policies', 'drop policy own_organization on booking'],
    ['relations', 'alter table booking disable row level security'],
    ['tableGrants', 'grant delete on audit_event to countersign_app'],
    ['columnGrants', 'grant update (name) on account to countersign_host'],
    [
      'functions',
      'create or replace function current_organization_id() returns uuid language sql stable as $$ select null::uuid $$',
    ],
  ])('a difference in %s would be seen: %s', async (kind, statement) => {
    const before = await readCatalog(fresh.superuserUrl);
    await asSuperuser(fresh.ownerUrl, async (client) => {
      await client.query('begin');
      await client.query(statement);
      await client.query('commit');
    });
    const after = await readCatalog(fresh.superuserUrl);
    expect(after[kind]).not.toEqual(before[kind]);
  });

  it('says of every table what it is', () => {
    const lines = schema.split('\n');
    const bare = lines.filter(
      (line, index) => line.startsWith('create table') && !(lines[index - 1] ?? '').startsWith('--'),
    );
    expect(bare).toEqual([]);
  });
});

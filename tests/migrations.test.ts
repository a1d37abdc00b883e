import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import previous from './releases/previous.json' with { type: 'json' };
import { unsafeChanges } from './releases/unsafe-changes.ts';

const folder = join(import.meta.dirname, '..', 'db', 'migrations');

test('no migration since the last release takes away what that release’s code reads, or refuses what it writes', async () => {
  const since = readdirSync(folder).filter((name) => name.slice(0, 14) > previous.lastMigration);
  const found = await Promise.all(
    since.map(async (name) => {
      const problems = await unsafeChanges(readFileSync(join(folder, name), 'utf8'));
      return problems.map((problem) => `${name} ${problem}`);
    }),
  );
  expect(found.flat()).toEqual([]);
});

test.each([
  ['alter table booking drop column notes;', 'drops the column notes'],
  ['alter table booking rename column notes to remarks;', 'renames'],
  ['drop table booking;', 'drops'],
  ['alter table booking alter column seat type bigint;', 'changes the type of seat'],
  ['alter table booking alter column notes set not null;', 'demands a value for notes'],
  ['alter table booking add column kind text not null;', 'demands a value for the new column kind'],
])('%s is found', async (statement, problem) => {
  expect(await unsafeChanges(`-- migrate:up\n-- Ünïcode before it.\n${statement}`)).toEqual([
    `${problem}: ${statement.slice(0, -1)}`,
  ]);
});

test.each([
  'drop index note_one; create unique index note_one on note (host_id, round)',
  'alter table note drop constraint note_one; alter table note add constraint note_one unique (host_id, round)',
])('%s is found, because ON CONFLICT of old code no longer finds its key', async (statements) => {
  expect(await unsafeChanges(`-- migrate:up\n${statements};`)).toEqual([
    expect.stringMatching(/^makes note_one about other columns/),
  ]);
});

test.each([
  "alter table booking add column kind text not null default 'plain';",
  'alter table booking add column kind text;',
  'create table note (id uuid primary key); alter table note add column text text not null;',
  'create index booking_note on booking (id); drop index booking_old;',
  '-- contract: nobody reads it since 1.3.0\nalter table booking drop column notes;',
])('%s is let through', async (statement) => {
  expect(await unsafeChanges(`-- migrate:up\n${statement}\n-- migrate:down\ndrop table booking;`)).toEqual([]);
});

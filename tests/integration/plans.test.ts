import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { confirmedBooking, asHost } from '#tests/booking-actions.ts';
import { asSuperuser } from '#runtime/embedded/database.ts';
import { fillDatabase } from '#tests/filled-database.ts';
import { buildHost, buildMeetingType, findSlot, readAsHost, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodRequests, routeNames, type RequestIds } from '#tests/requests.ts';
import { routes } from '#contract/routes.ts';

/**
 * On a database that has been used for long, no statement of a request's path reads a whole table. Every statement that the api and the worker
 * send is noted on its way; Postgres is then asked for its plan, as the role that sent it: row-level security decides plans, too.
 */

let product: Product;
type Role = 'countersign_app' | 'countersign_host';
const sent = new Map<string, Set<Role>>();
const asHosts = new WeakSet<pg.Client>();
const send = pg.Client.prototype.query;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  pg.Client.prototype.query = send;
  await product.stop();
});

/** Tables that grow with use. A small one may well be read as a whole. */
async function grownTables(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > 5000`,
  );
  return new Set(rows.map(({ name }) => name));
}

/** Asked by the sweep once in a while, of everybody. */
const ofEverybody = /o\.retention_days is not null/;

type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] };

function wholeReads(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] ? [plan['Relation Name']] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(wholeReads)];
}

function noteStatements(): void {
  const noting = function (this: pg.Client, ...args: unknown[]): unknown {
    const [query] = args;
    const text = typeof query === 'string' ? query : z.object({ text: z.string() }).safeParse(query).data?.text;
    if (text) {
      if (text.includes("set_config('role', 'countersign_host'")) asHosts.add(this);
      if (/^\s*(commit|rollback)/i.test(text)) asHosts.delete(this);
      sent.set(text, (sent.get(text) ?? new Set()).add(asHosts.has(this) ? 'countersign_host' : 'countersign_app'));
    }
    return (send as (...all: unknown[]) => unknown).apply(this, args);
  };
  pg.Client.prototype.query = noting as typeof send;
}

/** Every route once, about things that are there, after a whole booking with its NDA. */
async function useEverything(host: TestHost): Promise<void> {
  const type = await buildMeetingType(product, host, { nda: true });
  const { id, token } = await confirmedBooking(product, host, type);
  const { documents } = await readAsHost(product, host, id);
  const ids: RequestIds = {
    session: randomUUID(),
    apiKey: randomUUID(),
    linkedLogIn: randomUUID(),
    schedule: randomUUID(),
    meetingType: type.id,
    ndaTemplate: host.ndaTemplateId,
    booking: id,
    document: documents[0]?.id ?? '',
    deadLetter: randomUUID(),
    organization: randomUUID(),
    member: randomUUID(),
    invitation: randomUUID(),
    hostSlug: host.slug,
    meetingTypeSlug: type.slug,
  };
  const leaving = new Set(['logOut', 'archiveMeetingType']);
  for (const name of routeNames.filter((route) => !leaving.has(route))) {
    const { audience } = routes[name];
    await ask(product, name, goodRequests(ids)[name], {
      ...(audience === 'host' && { cookie: host.cookie, csrf: host.csrf }),
      ...(audience === 'guest' && { token }),
    });
  }
  const other = await confirmedBooking(product, host, type);
  const startsAt = await findSlot(product, host, type, 3);
  await asHost(product, host, `/bookings/${other.id}/reschedule`, { startsAt, reason: '' });
  await asHost(product, host, `/bookings/${other.id}/cancel`, { reason: 'Something came up.' });
}

it('no statement of a request reads a whole table that grows', { timeout: 300_000 }, async () => {
  const host = await buildHost(product);
  const { id: meetingTypeId } = await buildMeetingType(product, host);
  await fillDatabase({
    ownerUrl: product.database.ownerUrl,
    known: { ...host, meetingTypeId },
    hosts: 6_000,
    to: 60_000,
  });
  noteStatements();
  await useEverything(host);
  const found = await asSuperuser(product.database.url, async (client) => {
    const grown = await grownTables(client);
    expect([...grown]).toEqual(expect.arrayContaining(['booking', 'claim', 'message', 'outbox', 'session', 'host']));
    return wholeReadsOf(client, grown);
  });
  expect(found).toEqual([]);
});

async function wholeReadsOf(client: pg.Client, grown: ReadonlySet<string>): Promise<string[]> {
  const asked = [...sent].flatMap(([text, roles]) =>
    /^\s*(with|select|insert|update|delete)\b/i.test(text) && !/\bpg_/.test(text) && !ofEverybody.test(text)
      ? [...roles].map((role) => ({ text, role }))
      : [],
  );
  expect(asked.filter(({ role }) => role === 'countersign_app').length).toBeGreaterThan(60);
  expect(asked.filter(({ role }) => role === 'countersign_host').length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const { text, role } of asked) {
    await client.query(`set role ${role}`);
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (generic_plan, format json) ${text}`,
    );
    const tables = wholeReads(rows[0]?.['QUERY PLAN'][0]?.Plan ?? { 'Node Type': '' }).filter((name) =>
      grown.has(name),
    );
    if (tables.length > 0)
      found.push(`${tables.join(', ')} as ${role}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 300)}`);
  }
  return found;
}

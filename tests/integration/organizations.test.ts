import { randomUUID } from 'node:crypto';
import { sql, type QuerySqlToken } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes, type RouteName } from '#contract/routes.ts';
import { asOrganization, openDatabase, type Database } from '#db/pool.ts';
import { brokenAuditLinks, verifyAuditChain, type AuditChain } from '#db/queries/audit.ts';
import { linkExternalIdentity } from '#db/queries/external-identities.ts';
import { insertDeadLetter } from '#db/queries/webhooks.ts';
import { asSuperuser } from '#runtime/embedded/database.ts';
import {
  buildHost,
  buildMeetingType,
  findSlot,
  holdSlot,
  openSigning,
  readAsHost,
  send,
  signTyped,
  untilStatus,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodRequests, goodSchedule, routesFor, type RequestIds } from '#tests/requests.ts';

let product: Product;
let ada: TestHost;
let eve: TestHost;
let idsOfAda: RequestIds;
let idsOfEve: RequestIds;

beforeAll(async () => {
  product = await startProduct({ env: { OPERATOR_EMAILS: 'Operator@example.org' } });
  // Ada runs the installation too, so that every route is open to her.
  ada = await buildHost(product, { name: 'Ada Host', email: 'operator@example.org' });
  eve = await buildHost(product, { name: 'Eve Other' });
  [idsOfAda, idsOfEve] = await Promise.all([fill(ada), fill(eve)]);
});
afterAll(() => product.stop());

const idRow = sql.type(z.object({ id: z.string() }));

/** A row in every table: a whole booking with its NDA, a change that was asked for, a letter that could not be processed. */
async function fill(host: TestHost): Promise<RequestIds> {
  const { database, cipher } = product.shared;
  const type = await buildMeetingType(product, host, { nda: true });
  const held = await holdSlot(product, type, await findSlot(product, host, type));
  const { token, booking } = held.body;
  await signTyped(product, token, await openSigning(product, token));
  await untilStatus(product, token, 'confirmed');
  await ask(
    product,
    'resend',
    { params: { id: booking.id }, body: { recipient: 'guest' } },
    { ...host, key: randomUUID() },
  );
  const schedule = await ask<{ id: string }>(
    product,
    'createSchedule',
    { body: goodSchedule() },
    { ...host, key: randomUUID() },
  );
  const subject = randomUUID();
  await linkExternalIdentity(database, { ...host, provider: 'oidc', issuer: 'https://id.example', subject });
  const linked = await database.oneFirst(idRow`select id from external_identity where subject = ${subject}`);
  const apiKey = await ask<{ id: string }>(product, 'createApiKey', goodRequests({} as RequestIds).createApiKey, host);
  await insertDeadLetter(database, {
    organizationId: host.organizationId,
    source: 'signing:builtin',
    sourceId: randomUUID(),
    reason: 'Not understood.',
    payload: cipher.seal('{}', 'dead_letter.payload'),
  });
  const hold = { params: { id: booking.id }, body: { reason: 'Claimed in court.' } };
  expect((await ask(product, 'setLegalHold', hold, host)).status).toBe(200);
  await database.query(sql.unsafe`
    insert into page_view (organization_id, host_id, meeting_type_id, day, views)
    values (${host.organizationId}, ${host.hostId}, ${type.id}, now()::date, 1) on conflict do nothing`);
  const { items } = (await send<{ items: { id: string }[] }>(product, 'GET', '/sessions', host)).body;
  const documents = (await readAsHost(product, host, booking.id)).documents;
  const letter = await database.oneFirst(
    idRow`select id from dead_letter where organization_id = ${host.organizationId}`,
  );
  const invitation = await ask<{ id: string }>(
    product,
    'invite',
    { body: { email: `asked-by-${host.slug}@example.org`, role: 'MEMBER' } },
    host,
  );
  return {
    organization: host.organizationId,
    member: host.accountId,
    invitation: invitation.body.id,
    session: items[0]?.id ?? '',
    schedule: schedule.body.id,
    meetingType: type.id,
    ndaTemplate: host.ndaTemplateId,
    booking: booking.id,
    document: documents[0]?.id ?? '',
    deadLetter: letter,
    apiKey: apiKey.body.id,
    linkedLogIn: linked,
    hostSlug: host.slug,
    meetingTypeSlug: type.slug,
  };
}

const hostRoutes = routesFor('host');
const aboutOneThing = hostRoutes.filter((name) => 'params' in routes[name]);
const changes = hostRoutes.filter((name) => routes[name].method !== 'get');
const readings = hostRoutes.filter((name) => routes[name].method === 'get');

describe('a logged-in host', () => {
  it.each(aboutOneThing)("finds nothing by another organization's id: %s", async (name) => {
    const reply = await ask(product, name, goodRequests(idsOfEve)[name], ada);
    expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each(readings)('finds their own: %s', async (name) => {
    expect((await ask(product, name, goodRequests(idsOfAda)[name], ada)).status).toBe(200);
  });

  it.each(readings.filter((name) => !aboutOneThing.includes(name) && name !== 'whyNot'))(
    "sees nothing of another organization's in lists: %s",
    async (name) => {
      const { status, body } = await ask<unknown>(product, name, goodRequests(idsOfAda)[name], ada);
      expect(status).toBe(200);
      const text = JSON.stringify(body);
      for (const id of [...Object.values(idsOfEve), eve.organizationId, eve.accountId, eve.email]) {
        expect(text).not.toContain(id);
      }
    },
  );

  it("cannot name another organization's things inside a request", async () => {
    const { whyNot, listBookings } = goodRequests(idsOfEve);
    expect(await ask(product, 'whyNot', whyNot, ada)).toMatchObject({ status: 404 });
    const foreignType = { ...listBookings, query: { view: 'all', meetingTypeId: idsOfEve.meetingType } };
    expect(await ask(product, 'listBookings', foreignType, ada)).toMatchObject({ status: 200, body: { items: [] } });
    const foreignHost = { query: { hostId: eve.hostId } };
    expect(await ask(product, 'listMeetingTypes', foreignHost, ada)).toMatchObject({ status: 404 });
    expect(await ask(product, 'listSchedules', foreignHost, ada)).toMatchObject({ status: 404 });
    expect(await ask(product, 'createSchedule', { ...foreignHost, body: goodSchedule() }, ada)).toMatchObject({
      status: 404,
    });
    const foreignDiary = { query: { view: 'all', hostId: eve.hostId } };
    expect(await ask(product, 'listBookings', foreignDiary, ada)).toMatchObject({ status: 200, body: { items: [] } });
    for (const query of [{ bookingId: idsOfEve.booking }, { accountId: eve.accountId }]) {
      expect(await ask(product, 'listAuditEvents', { query }, ada)).toMatchObject({ status: 200, body: { items: [] } });
    }
    const there = { body: { organizationId: eve.organizationId } };
    expect(await ask(product, 'switchOrganization', there, ada)).toMatchObject({ status: 404 });
    const ownWithForeignDocument = { params: { id: idsOfAda.booking, documentId: idsOfEve.document } };
    expect(await ask(product, 'bookingDocument', ownWithForeignDocument, ada)).toMatchObject({ status: 404 });
    const type = { title: 'Tea', slug: 'tea', durationsMinutes: [30] };
    for (const field of [{ scheduleId: idsOfEve.schedule }, { ndaTemplateId: idsOfEve.ndaTemplate }]) {
      const [name = ''] = Object.keys(field);
      const reply = await ask(product, 'createMeetingType', { body: { ...type, ...field } }, ada);
      expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: name }] } });
    }
  });
});

describe('a host route', () => {
  it.each(hostRoutes)('asks for a session: %s', async (name) => {
    const request = goodRequests(idsOfAda)[name];
    expect(await ask(product, name, request)).toMatchObject({ status: 401, body: { code: 'not_logged_in' } });
    const invented = { cookie: `countersign=${'x'.repeat(43)}`, csrf: ada.csrf };
    expect(await ask(product, name, request, invented)).toMatchObject({ status: 401, body: { code: 'not_logged_in' } });
  });

  it.each(changes)('that changes something asks for the CSRF token of this session: %s', async (name) => {
    const request = goodRequests(idsOfAda)[name];
    const { cookie } = ada;
    for (const as of [{ cookie }, { cookie, csrf: '' }, { cookie, csrf: eve.csrf }]) {
      expect(await ask(product, name, request, as)).toMatchObject({ status: 403, body: { code: 'csrf_refused' } });
    }
  });

  it('does nothing in all those refusals', async () => {
    expect(await readAsHost(product, ada, idsOfAda.booking)).toMatchObject({ status: 'confirmed' });
    expect(await readAsHost(product, eve, idsOfEve.booking)).toMatchObject({ status: 'confirmed' });
    expect((await send(product, 'GET', '/me', eve)).status).toBe(200);
  });
});

describe('a guest route', () => {
  it.each(routesFor('guest'))('finds nothing without a secret link, and nothing with another one: %s', async (name) => {
    const request = goodRequests(idsOfAda)[name];
    for (const as of [
      {},
      { token: 'x'.repeat(43) },
      { token: idsOfAda.booking },
      { cookie: ada.cookie, csrf: ada.csrf },
    ]) {
      expect(await ask(product, name, request, as)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});

/** Tables that host requests may read, with the policy that binds them. */
const policed = sql.type(z.object({ table: z.string(), mayRead: z.boolean() }))`
  select tablename as table, has_table_privilege('countersign_host', format('public.%I', tablename), 'select') as "mayRead"
  from pg_policies where schemaname = 'public' and roles = '{countersign_host}' order by tablename`;

describe('row-level security', () => {
  it('hides every row of another organization, in every table, whatever the query forgets', async () => {
    const { database } = product.shared;
    const tables = await database.any(policed);
    expect(tables.length).toBeGreaterThanOrEqual(20);
    for (const { table, mayRead } of tables) {
      if (!mayRead) continue;
      const rowsOf = (organizationId: string) =>
        asOrganization(database, { organizationId }, (tx) =>
          tx.anyFirst(sql.type(z.object({ row: z.string() }))`select t::text as row from ${sql.identifier([table])} t`),
        );
      const [ofAda, ofEve, ofNobody] = await Promise.all([
        rowsOf(ada.organizationId),
        rowsOf(eve.organizationId),
        rowsOf(randomUUID()),
      ]);
      expect([table, ofAda.length > 0, ofEve.length > 0, ofNobody.length]).toEqual([table, true, true, 0]);
      expect([table, ofAda.filter((row) => ofEve.includes(row))]).toEqual([table, []]);
    }
  });

  it('lets nobody write a row into another organization', async () => {
    const { database } = product.shared;
    const move = (statement: Parameters<typeof database.query>[0]) =>
      asOrganization(database, ada, (tx) => tx.query(statement));
    await expect(
      move(sql.unsafe`insert into nda_template (organization_id, name) values (${eve.organizationId}, 'planted')`),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(
      move(sql.unsafe`update meeting_type set organization_id = ${eve.organizationId}`),
    ).rejects.toMatchObject({ code: '42501' });
    const { rowCount } = await move(sql.unsafe`update booking set status = 'canceled' where id = ${idsOfEve.booking}`);
    expect(rowCount).toBe(0);
  });

  it('gives host requests nothing of the tables that have no policy for them', async () => {
    const open = await product.shared.database.anyFirst(sql.type(z.object({ table: z.string() }))`
      select c.relname as table from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and has_table_privilege('countersign_host', c.oid, 'select, insert, update, delete, truncate')
        and not exists (select from pg_policies p where p.tablename = c.relname and p.roles = '{countersign_host}')`);
    expect(open).toEqual([]);
  });

  it('cannot be left by a host request that asks for another organization on its way', async () => {
    const { database } = product.shared;
    await asOrganization(database, ada, (tx) => tx.query(sql.unsafe`select 1`));
    const after = await database.one(sql.type(z.object({ role: z.string(), organization: z.string().nullable() }))`
      select current_user as role, nullif(current_setting('countersign.organization_id', true), '') as organization`);
    expect(after).toEqual({ role: 'countersign_app', organization: null });
  });
});

describe("the application's role", () => {
  it("is bound as a host's request only where it becomes one", async () => {
    const membership = await product.shared.database.one(
      sql.type(z.object({ inherits: z.boolean(), mayBecome: z.boolean() }))`
        select pg_has_role('countersign_app', 'countersign_host', 'usage') as inherits,
          pg_has_role('countersign_app', 'countersign_host', 'set') as "mayBecome"`,
    );
    expect(membership).toEqual({ inherits: false, mayBecome: true });
  });

  it.each([
    'update audit_event set action = action',
    'delete from audit_event',
    'truncate audit_event',
    'insert into audit_event (organization_id) select id from organization',
    'update audit_head set position = 0',
    'delete from audit_head',
    'update nda_template_version set source = source',
    'delete from nda_template_version',
    'alter table audit_event disable row level security',
    'drop policy own_organization on booking',
  ])('may not: %s', async (statement) => {
    await asSuperuser(product.database.url, (client) =>
      expect(client.query(statement)).rejects.toMatchObject({ code: '42501' }),
    );
  });
});

describe('the audit chain', () => {
  let asOwner: Database;
  beforeAll(async () => {
    asOwner = await openDatabase(product.database.ownerUrl, { maxConnections: 1 });
  });
  afterAll(() => asOwner.end());

  /** What the check finds after somebody with the rights of the tables' owner did this; undone afterwards. */
  async function foundAfter(tamper: QuerySqlToken): Promise<readonly number[]> {
    return (await seenAfter(tamper)).found;
  }

  async function seenAfter(
    tamper: QuerySqlToken,
  ): Promise<{ found: readonly number[]; chain: AuditChain | undefined }> {
    let found: readonly number[] = [];
    let chain: AuditChain | undefined;
    const undo = new Error('undo');
    const attempt = asOwner.transaction(async (tx) => {
      expect((await tx.query(tamper)).rowCount).toBe(1);
      found = await brokenAuditLinks(tx, ada.organizationId);
      [chain] = await verifyAuditChain(tx, ada.organizationId);
      throw undo;
    });
    await expect(attempt).rejects.toBe(undo);
    return { found, chain };
  }
  const third = () => sql.fragment`organization_id = ${ada.organizationId} and position = 3`;
  const newest = () => sql.fragment`organization_id = ${ada.organizationId} and position =
    (select max(position) from audit_event where organization_id = ${ada.organizationId})`;

  it('holds after real work', async () => {
    for (const { organizationId } of [ada, eve]) {
      expect(await brokenAuditLinks(product.shared.database, organizationId)).toEqual([]);
    }
  });

  it.each([
    ['the action', sql.fragment`action = 'booking.canceled'`],
    ['the time', sql.fragment`at = at + interval '1 microsecond'`],
    ['the actor', sql.fragment`actor_id = 'somebody else'`],
    ['the detail', sql.fragment`detail = '{"forged": true}'`],
    ['the address', sql.fragment`ip = '203.0.113.7'`],
    ['the booking', sql.fragment`booking_id = uuidv7()`],
  ])('shows which entry has another %s', async (_, change) => {
    expect(await foundAfter(sql.unsafe`update audit_event set ${change} where ${third()}`)).toEqual([3]);
  });

  it('shows an entry whose own hash was made to fit, by the entry after it', async () => {
    const forge = sql.unsafe`
      update audit_event set action = 'forged', sha256 = audit_entry_sha256(previous_sha256, id, organization_id, position, at, actor_type,
        actor_id, 'forged', booking_id, subject_type, subject_id, detail, ip) where ${third()}`;
    expect(await foundAfter(forge)).toEqual([4]);
  });

  it('walked for every organization, names the first broken link and leaves the others whole', async () => {
    const chains = await verifyAuditChain(product.shared.database);
    expect(chains.map(({ organizationId }) => organizationId)).toEqual(
      expect.arrayContaining([ada.organizationId, eve.organizationId]),
    );
    for (const { entries, firstBroken } of chains) {
      expect(firstBroken).toBeNull();
      expect(entries).toBeGreaterThan(5);
    }
    const changed = await seenAfter(sql.unsafe`update audit_event set action = 'forged' where ${third()}`);
    expect(changed.chain?.firstBroken).toMatchObject({ position: 3, entry: { action: 'forged' } });
    const shortened = await seenAfter(sql.unsafe`delete from audit_event where ${newest()}`);
    expect(shortened.chain?.firstBroken).toEqual({ position: shortened.chain?.entries, entry: null });
  });

  it('shows where an entry was taken out, also the newest', async () => {
    expect(await foundAfter(sql.unsafe`delete from audit_event where ${third()}`)).toEqual([4]);
    const last = await asOwner.oneFirst(
      sql.type(z.object({ position: z.number() }))`select position from audit_event where ${newest()}`,
    );
    expect(await foundAfter(sql.unsafe`delete from audit_event where ${newest()}`)).toEqual([last]);
  });
});

it('every host route is one of those tried here', () => {
  const tried = new Set<RouteName>([...aboutOneThing, ...readings, ...changes]);
  expect(hostRoutes.filter((name) => !tried.has(name))).toEqual([]);
  expect(aboutOneThing.length).toBeGreaterThan(15);
});

import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scopeOf, scopes, type ApiKeyCreated, type Scope } from '#contract/api-keys.ts';
import { routes } from '#contract/routes.ts';
import { buildHost, buildMeetingType, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodRequests, routesFor } from '#tests/requests.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

type Created = z.infer<typeof ApiKeyCreated>;
const everything = Object.keys(scopes) as Scope[];

async function makeKey(owner: TestHost, granted: readonly Scope[], key?: string): Promise<Created> {
  const body = { name: 'Reports', scopes: granted, expiresInDays: 30 };
  const reply = await ask<Created>(product, 'createApiKey', { body }, { ...owner, ...(key !== undefined && { key }) });
  expect(reply.status).toBe(201);
  return reply.body;
}
const list = async (as: TestHost) =>
  (await ask<{ items: { id: string; name: string; lastUsedAt: string | null }[] }>(product, 'listApiKeys', {}, as)).body
    .items;

/** Ids that belong to nobody: what matters is how far a key gets. */
async function requests() {
  const type = await buildMeetingType(product, host);
  const nobody = randomUUID();
  return goodRequests({
    session: nobody,
    schedule: nobody,
    meetingType: nobody,
    ndaTemplate: nobody,
    booking: nobody,
    document: nobody,
    deadLetter: nobody,
    organization: nobody,
    member: nobody,
    invitation: nobody,
    apiKey: nobody,
    linkedLogIn: nobody,
    hostSlug: host.slug,
    meetingTypeSlug: type.slug,
  });
}

describe('an API key', () => {
  it('is shown once, kept as a hash, and told apart by its end', async () => {
    const { token, hint, id } = await makeKey(host, ['bookings:read']);
    expect(token).toMatch(/^csk_[A-Za-z0-9_-]{43}$/);
    expect(token.endsWith(hint)).toBe(true);
    const listed = (await list(host)).find((key) => key.id === id);
    expect(JSON.stringify(listed)).not.toContain(token);
    const row = await product.shared.database.oneFirst(
      sql.type(z.object({ row: z.string() }))`select k::text as row from api_key k where id = ${id}`,
    );
    expect(row).not.toContain(token.slice(4, 30));
  });

  it('gets in by itself, without cookie or CSRF token, as the member whose it is', async () => {
    const { token, id } = await makeKey(host, ['setup:write']);
    expect(await ask(product, 'me', {}, { token })).toMatchObject({
      status: 200,
      body: { email: host.email, csrfToken: '' },
    });
    const { createMeetingType } = await requests();
    expect((await ask(product, 'createMeetingType', createMeetingType, { token })).status).toBe(201);
    expect((await list(host)).find((key) => key.id === id)?.lastUsedAt).not.toBeNull();
  });

  it('is refused when it is unknown, expired or revoked, with the same words', async () => {
    const revoked = await makeKey(host, everything);
    expect((await ask(product, 'revokeApiKey', { params: { id: revoked.id } }, host)).status).toBe(204);
    const expired = await makeKey(host, everything);
    await product.shared.database.query(
      sql.unsafe`update api_key set expires_at = now() - interval '1 second' where id = ${expired.id}`,
    );
    for (const token of [revoked.token, expired.token, `csk_${'x'.repeat(43)}`]) {
      expect(await ask(product, 'listBookings', {}, { token })).toMatchObject({
        status: 401,
        body: { code: 'api_key_invalid' },
      });
    }
    expect((await list(host)).map(({ id }) => id)).not.toContain(revoked.id);
  });

  it.each(everything)('gets where its scope says, and nowhere else: %s', async (scope) => {
    const { token } = await makeKey(host, [scope]);
    const good = await requests();
    for (const name of routesFor('host')) {
      const needed = scopeOf(routes[name]);
      const mayPass = needed === 'any' || needed === scope || needed === scope.replace(':write', ':read');
      const reply = await ask(product, name, good[name], { token });
      expect({ name, passed: reply.body?.code !== 'scope_missing' }).toEqual({ name, passed: mayPass });
      if (!mayPass) expect(reply.status).toBe(403);
    }
  });

  it('never gets to people and their ways in: accounts, sessions, other keys', async () => {
    const { token } = await makeKey(host, everything);
    const good = await requests();
    const closed = routesFor('host').filter((name) => scopeOf(routes[name]) === 'none');
    expect(closed).toEqual(expect.arrayContaining(['createApiKey', 'changePassword', 'listSessions', 'endTwoFactor']));
    for (const name of closed) expect(await ask(product, name, good[name], { token })).toMatchObject({ status: 403 });
  });

  it('has the rights that its member has now, and ends with the membership', async () => {
    const leaving = await buildHost(product);
    const { token } = await makeKey(leaving, ['bookings:read']);
    const { database } = product.shared;
    await database.query(sql.unsafe`update member set role = 'MEMBER' where account_id = ${leaving.accountId}`);
    expect(await ask(product, 'me', {}, { token })).toMatchObject({ body: { role: 'MEMBER' } });
    await database.query(sql.unsafe`delete from member where account_id = ${leaving.accountId}`);
    expect(await ask(product, 'me', {}, { token })).toMatchObject({ status: 401, body: { code: 'api_key_invalid' } });
  });

  it('is on record when it is made and when it is revoked', async () => {
    const owner = await buildHost(product);
    const { id } = await makeKey(owner, ['bookings:read']);
    await ask(product, 'revokeApiKey', { params: { id } }, owner);
    const actions = await product.shared.database.anyFirst(sql.type(z.object({ action: z.string() }))`
      select action from audit_event where subject_type = 'api_key' and subject_id = ${id} order by position`);
    expect(actions).toEqual(['account.api_key_created', 'account.api_key_revoked']);
  });

  it('is made once under one Idempotency-Key, also when the process died before it could answer', async () => {
    const owner = await buildHost(product);
    const key = randomUUID();
    const first = await makeKey(owner, ['bookings:read'], key);
    expect(await makeKey(owner, ['bookings:read'], key)).toEqual(first);
    await product.shared.database.query(sql.unsafe`delete from idempotency_key where key = ${key}`);
    const resumed = await makeKey(owner, ['bookings:read'], key);
    expect(resumed.id).toBe(first.id);
    expect(await list(owner)).toHaveLength(1);
    expect((await ask(product, 'me', {}, resumed)).status).toBe(200);
  });
});

it('members see and revoke their own keys; owners and admins those of the organization', async () => {
  const owner = await buildHost(product);
  const other = await buildHost(product);
  const { database } = product.shared;
  const mine = await makeKey(owner, ['bookings:read']);
  expect((await list(other)).map(({ id }) => id)).not.toContain(mine.id);
  await database.query(sql.unsafe`update member set role = 'MEMBER' where account_id = ${owner.accountId}`);
  // A colleague's key, put there as if they had made it.
  await database.query(sql.unsafe`
    insert into member (organization_id, account_id, role) values (${owner.organizationId}, ${other.accountId}, 'MEMBER')`);
  const theirs = await makeKey(other, ['bookings:read']);
  await database.query(
    sql.unsafe`update api_key set organization_id = ${owner.organizationId} where id = ${theirs.id}`,
  );
  expect((await list(owner)).map(({ id }) => id)).toEqual([mine.id]);
  expect((await ask(product, 'revokeApiKey', { params: { id: theirs.id } }, owner)).status).toBe(404);
  await database.query(sql.unsafe`update member set role = 'ADMIN' where account_id = ${owner.accountId}`);
  expect((await list(owner)).map(({ id }) => id).sort()).toEqual([mine.id, theirs.id].sort());
  expect((await ask(product, 'revokeApiKey', { params: { id: theirs.id } }, owner)).status).toBe(204);
});

import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import { sql } from 'slonik';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIdempotency } from '#api/idempotency.ts';
import { Refused } from '#api/problem.ts';
import { routes } from '#contract/routes.ts';
import type { Me } from '#contract/accounts.ts';
import { createPersonalCipher, type PersonalCipher } from '#db/personal.ts';
import { dropOldIdempotencyKeys, matchedByOlderKeysUntil } from '#db/queries/idempotency.ts';
import { addMember } from '#db/queries/members.ts';
import { cookiesOf } from '#runtime/demo/client.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodSchedule } from '#tests/requests.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

it('a key that was kept long enough gives a stranger neither the booking nor the secret link of who used it before', async () => {
  const type = await buildMeetingType(product, host, { nda: true });
  const key = 'order-1001';
  const first = await holdSlot(product, type, await findSlot(product, host, type), { key });
  expect(first.status).toBe(201);
  const { database } = product.shared;
  await database.query(
    sql.unsafe`update idempotency_key set created_at = now() - interval '49 hours' where key = ${key}`,
  );
  await dropOldIdempotencyKeys(database);
  const guest = { name: 'Other Guest', email: 'other@example.net' };
  const second = await holdSlot(product, type, await findSlot(product, host, type, 3), { key, guest });
  expect(second.body.token).not.toBe(first.body.token);
  expect(second.body.booking?.guest.email).not.toBe('grace@example.net');
});

it('an account’s key in one organization says nothing about the same key in another', async () => {
  const other = await buildHost(product, { name: 'Two Hats' });
  await product.shared.database.transaction((tx) =>
    addMember(tx, {
      organizationId: host.organizationId,
      accountId: other.accountId,
      role: 'ADMIN',
      displayName: 'Two Hats',
      timeZone: 'UTC',
      slug: `hats-${randomUUID().slice(0, 8)}`,
    }),
  );
  const key = randomUUID();
  const body = goodSchedule('Same everywhere');
  const here = await ask<{ id: string }>(product, 'createSchedule', { body }, { ...other, key });
  expect(here.status).toBe(201);
  const to = { body: { organizationId: host.organizationId } };
  const switched = await ask<Me>(product, 'switchOrganization', to, other);
  const there = { cookie: cookiesOf(switched.headers), csrf: switched.body.csrfToken, key };
  const second = await ask<{ id: string }>(product, 'createSchedule', { body }, there);
  expect(second.body.id).not.toBe(here.body.id);
});

/** As each api process has one. */
const anotherProcess = (cipher: PersonalCipher = product.shared.cipher) => {
  const { database } = product.shared;
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const answer = createIdempotency({ database, cipher, log });
  return (key: string, work: () => Promise<unknown>, body: unknown = { name: 'Mornings' }) => {
    const response = { getHeader: () => undefined, setHeader: () => {} } as unknown as Response;
    const call = { who: null, params: {}, query: null, body, response };
    return answer({ name: 'createSchedule', route: routes.createSchedule, call, key }, work);
  };
};
const away = () => Promise.reject(new Refused('dependency_unavailable'));
const neverRuns = () => Promise.reject(new Error('This was answered before.'));

it('a repeat that fails in another process leaves the key to the first, which is still at work', async () => {
  const [one, other] = [anotherProcess(), anotherProcess()];
  const key = randomUUID();
  const { promise: made, resolve: make } = Promise.withResolvers<unknown>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = one(key, () => (begin(), made));
  await begun;
  await expect(other(key, away)).rejects.toThrow('dependency_unavailable');
  await expect(other(key, neverRuns, { name: 'Evenings' })).rejects.toThrow('idempotency_key_reused');
  make({ id: 'first' });
  expect((await first).body).toEqual({ id: 'first' });
  expect((await other(key, neverRuns)).body).toEqual({ id: 'first' });
});

it('a repeat that waited for a first one that failed has the key, and its answer is kept', async () => {
  const ask = anotherProcess();
  const key = randomUUID();
  const { promise: failed, reject: fail } = Promise.withResolvers<unknown>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = ask(key, () => (begin(), failed));
  await begun;
  const second = ask(key, async () => ({ id: 'second' }));
  // Long enough for it to have found the key taken, and to wait.
  await sleep(200);
  fail(new Refused('dependency_unavailable'));
  await expect(first).rejects.toThrow('dependency_unavailable');
  expect((await second).body).toEqual({ id: 'second' });
  expect((await anotherProcess()(key, neverRuns)).body).toEqual({ id: 'second' });
});

it('a first one that fails leaves its key free, for another request too', async () => {
  const ask = anotherProcess();
  const key = randomUUID();
  await expect(ask(key, away)).rejects.toThrow('dependency_unavailable');
  expect((await ask(key, async () => ({ id: 'evening' }), { name: 'Evenings' })).body).toEqual({ id: 'evening' });
});

it('a repeat gets its answer before, while and after one master key replaces another', async () => {
  const [old] = product.config.masterKeys;
  const next = { id: 'next', key: randomBytes(32) };
  const [before, both, after] = [[old], [next, old], [next]].map((keys) => anotherProcess(createPersonalCipher(keys)));
  const [early, late] = [randomUUID(), randomUUID()];
  await before?.(early, async () => ({ id: 'early' }));
  expect((await both?.(early, neverRuns))?.body).toEqual({ id: 'early' });
  await both?.(late, async () => ({ id: 'late' }));
  expect((await both?.(late, neverRuns))?.body).toEqual({ id: 'late' });
  expect((await after?.(late, neverRuns))?.body).toEqual({ id: 'late' });
  await expect(after?.(late, neverRuns, { name: 'Evenings' })).rejects.toThrow('idempotency_key_reused');
});

it('it is known until when requests are matched by an older master key alone', async () => {
  const { database } = product.shared;
  const [old] = product.config.masterKeys;
  const both = createPersonalCipher([{ id: 'next', key: randomBytes(32) }, old]);
  await anotherProcess()(randomUUID(), async () => ({}));
  const now = Date.now();
  const end = await matchedByOlderKeysUntil(database, both);
  expect((end?.getTime() ?? 0) - now).toBeGreaterThan(47 * 3_600_000);
  expect((end?.getTime() ?? 0) - now).toBeLessThan(49 * 3_600_000);
  expect(await matchedByOlderKeysUntil(database, product.shared.cipher)).toBeNull();
});

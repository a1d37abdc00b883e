import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Me } from '#contract/accounts.ts';
import { dropOldIdempotencyKeys } from '#db/queries/idempotency.ts';
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

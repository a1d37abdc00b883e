import { sql } from 'slonik';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { inconsistencies } from '#tests/histories/consistency.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

const guests = 1_000;

it('a thousand guests after one slot: one gets it, 999 are told that it is taken, and nothing breaks', async () => {
  const host = await buildHost(product);
  const type = await buildMeetingType(product, host, { nda: true });
  const startsAt = await findSlot(product, host, type);
  const replies = await Promise.all(
    Array.from({ length: guests }, (_, index) =>
      holdSlot(product, type, startsAt, { guest: { name: `Guest ${index}`, email: `guest${index}@example.net` } }),
    ),
  );
  const answers = new Map<string, number>();
  for (const { status, body } of replies) {
    const answer = status === 201 ? '201' : `${status} ${body.code}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  expect(Object.fromEntries(answers)).toEqual({ '201': 1, '409 slot_taken': guests - 1 });

  const winner = replies.find(({ status }) => status === 201)?.body.booking.id;
  const live = sql.type(z.object({ id: z.string(), status: z.string() }))`
    select b.id, b.status from booking b join claim c on c.booking_id = b.id and c.is_live where b.host_id = ${host.hostId}`;
  expect(await product.shared.database.any(live)).toEqual([{ id: winner, status: 'held' }]);
  const inLimbo = sql.unsafe`select from booking where host_id = ${host.hostId} and status = 'requested'`;
  expect(await product.shared.database.exists(inLimbo)).toBe(false);
  expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
  expect(product.log.filter(({ level }) => level === 'error')).toEqual([]);
}, 240_000);

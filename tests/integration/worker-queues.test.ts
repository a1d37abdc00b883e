import { afterAll, beforeAll, expect, it } from 'vitest';
import { workers } from '#runtime/doctor/workers.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, readAsHost, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct({ env: { WORKER_QUEUES: 'bookings' } });
  host = await buildHost(product);
});
afterAll(() => product.stop());

it('a worker that does bookings alone takes holds, and leaves the rest to others', async () => {
  const type = await buildMeetingType(product, host, { nda: true });
  const { status, body } = await holdSlot(product, type, await findSlot(product, host, type));
  expect(status).toBe(201);
  expect(await readAsHost(product, host, body.booking.id)).toMatchObject({ status: 'held', ndaStatus: 'pending' });
});

it('the doctor names the work that no worker takes', async () => {
  const { shared, config } = product;
  const findings = await workers.look({ ...shared, config, ownerUrl: undefined, thorough: false });
  expect(findings.map(({ what }) => /queue (\w+),/.exec(what)?.[1])).toEqual(['documents', 'mail']);
  expect(findings[0]?.todo).toContain('WORKER_QUEUES');
});

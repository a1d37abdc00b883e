import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
let superuser: Client;
/** Whether a worker dies of each hold that it has committed, before it can say so to the engine. */
let isDying = false;
beforeAll(async () => {
  product = await startProduct({
    wrap: (parts) => ({
      ...parts,
      facts: {
        ...parts.facts,
        soon: (bookingId) => {
          if (isDying) throw new Error('The worker is gone.');
          parts.facts.soon(bookingId);
        },
      },
    }),
  });
  superuser = new Client({ connectionString: product.database.superuserUrl });
  await superuser.connect();
  host = await buildHost(product);
  type = await buildMeetingType(product, host);
});
afterAll(async () => {
  await superuser.end();
  await product.stop();
});

it('a guest is told of the time when it is theirs, while the engine has not heard of it yet; the booking goes on when it has', async () => {
  isDying = true;
  const { status, body } = await holdSlot(product, type, await findSlot(product, host, type));
  expect([status, body.booking.status]).toEqual([201, 'confirmed']);
  const workflow = product.shared.temporal.workflow.getHandle(bookingWorkflowId(body.booking.id));
  const { events } = await workflow.fetchHistory();
  expect(events?.some((event) => event.workflowExecutionUpdateCompletedEventAttributes)).toBe(false);
  isDying = false;
  await untilStatus(product, body.token, 'confirmed');
  await eventually(
    async () => (await workflow.fetchHistory()).events ?? [],
    (all) => all.some((event) => event.workflowExecutionUpdateCompletedEventAttributes),
  );
});

it('while the database is not heard, the engine tells', async () => {
  const name = new URL(product.database.url).pathname.slice(1);
  const listeners = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'countersign-news'`;
  const startsAt = await findSlot(product, host, type);
  await superuser.query(`alter database ${name} connection limit 0`);
  try {
    await superuser.query(listeners);
    await eventually(
      async () => (await superuser.query(listeners)).rowCount,
      (count) => count === 0,
    );
    const { status, body } = await holdSlot(product, type, startsAt);
    expect([status, body.booking.status]).toEqual([201, 'confirmed']);
  } finally {
    await superuser.query(`alter database ${name} connection limit -1`);
  }
});

it('who is second is refused all the same', async () => {
  const startsAt = await findSlot(product, host, type);
  expect((await holdSlot(product, type, startsAt)).status).toBe(201);
  expect((await holdSlot(product, type, startsAt)).body.code).toBe('slot_taken');
});

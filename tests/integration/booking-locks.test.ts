import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transaction } from '#db/pool.ts';
import { lockBooking, lockBookingOfHost } from '#db/queries/bookings.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

const ways = {
  'of the booking': lockBooking,
  'of its host and the booking': async (tx: Transaction, id: string) => {
    const locked = await lockBookingOfHost(tx, id);
    if (!locked) throw new Error('There is no such booking.');
    return locked;
  },
};

describe('a lock that had to be waited for', () => {
  it.each(Object.entries(ways))('%s shows the newest state, and the clock of when it was got', async (_name, lock) => {
    const { database } = product.shared;
    const type = await buildMeetingType(product, host);
    const held = await holdSlot(product, type, await findSlot(product, host, type));
    const { id } = held.body.booking;
    const isLocked = Promise.withResolvers<void>();
    const first = database.transaction(async (tx) => {
      await lock(tx, id);
      isLocked.resolve();
      await sleep(300);
      await tx.query(sql.unsafe`update booking set reschedule_count = 7 where id = ${id}`);
      return Date.now();
    });
    await isLocked.promise;
    const second = await database.transaction((tx) => lock(tx, id));
    // One machine, one clock; it counts in whole milliseconds here.
    expect(second.now.getTime()).toBeGreaterThanOrEqual((await first) - 1);
    expect(second.booking.rescheduleCount).toBe(7);
  });

  it('of a booking that is not there is none', async () => {
    const missing = await product.shared.database.transaction((tx) => lockBookingOfHost(tx, crypto.randomUUID()));
    expect(missing).toBeNull();
  });
});

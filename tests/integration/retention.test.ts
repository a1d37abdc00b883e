import { sql } from 'slonik';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BookingRetention, Retention } from '#contract/privacy.ts';
import { deleteObjects } from '#activities/apply-retention.ts';
import { purgeIfDue } from '#db/changes/erase.ts';
import { verifyAuditChain } from '#db/queries/audit.ts';
import type { Verification } from '#contract/verification.ts';
import { createLogger } from '#runtime/logging.ts';
import { ensureSchedules } from '#runtime/schedules.ts';
import { retentionScheduleId } from '#workflows/retention/messages.ts';
import { asHost, confirmedBooking, letMeetingPass, type HeldBooking } from '#tests/booking-actions.ts';
import { applyRetentionNow, objectsOfBooking, placesOf, storedObjects } from '#tests/kept.ts';
import { buildHost, buildMeetingType, grace, readAsHost, send, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());
beforeEach(async () => {
  host = await buildHost(product);
});

const words = [grace.name, grace.email];

/** A signed booking whose meeting ended so many days ago, and completed. */
async function metDaysAgo(days: number): Promise<HeldBooking> {
  const type = await buildMeetingType(product, host, { nda: true });
  const booking = await confirmedBooking(product, host, type);
  await letMeetingPass(product, host, booking.id, days);
  return booking;
}

const runRetention = () => applyRetentionNow(product);

const setPolicy = (retentionDays: number | null) =>
  asHost<Retention>(product, host, '/organization/retention', { retentionDays }, 'PUT');
const read = (days?: number) =>
  asHost<Retention>(
    product,
    host,
    `/organization/retention${days === undefined ? '' : `?days=${days}`}`,
    undefined,
    'GET',
  );
const hold = (id: string, reason = 'Grace Guest sues us.') =>
  asHost<BookingRetention>(product, host, `/bookings/${id}/legal-hold`, { reason }, 'PUT');
const lift = (id: string) => asHost<BookingRetention>(product, host, `/bookings/${id}/legal-hold`, undefined, 'DELETE');
const objectsOf = (bookingId: string) => objectsOfBooking(product, bookingId);
const actionsOf = async (bookingId: string) =>
  product.shared.database.anyFirst(sql.type(z.object({ action: z.string() }))`
    select action from audit_event where booking_id = ${bookingId} order by position`);

describe('the retention policy', () => {
  it('leaves a skeleton of times and states, and nothing of the guest, in the database and in the store', async () => {
    const booking = await metDaysAgo(40);
    const keys = await objectsOf(booking.id);
    expect(keys).toHaveLength(2);
    const signed = await send<string>(product, 'GET', '/my-booking/document.pdf', { token: booking.token });
    expect(signed.status).toBe(200);
    expect(await placesOf(product, words)).not.toEqual([]);

    await setPolicy(30);
    expect(await runRetention()).toMatchObject({ bookings: 1, documents: 2, failures: 0 });

    expect(await placesOf(product, words)).toEqual([]);
    const stored = storedObjects(product);
    for (const key of keys) expect(stored.has(key)).toBe(false);
    expect(await readAsHost(product, host, booking.id)).toMatchObject({
      status: 'completed',
      ndaStatus: 'completed',
      guest: { name: '', email: '' },
      documents: [],
    });
    expect((await send(product, 'GET', '/my-booking', { token: booking.token })).status).toBe(404);
    expect(await actionsOf(booking.id)).toEqual(expect.arrayContaining(['booking.confirmed', 'booking.erased']));
    for (const { firstBroken } of await verifyAuditChain(product.shared.database)) expect(firstBroken).toBeNull();
  });

  it('still knows a copy that somebody kept, by its hash', async () => {
    const booking = await metDaysAgo(40);
    const copy = await fetch(`${product.baseUrl}/api/v1/my-booking/document.pdf`, {
      headers: { authorization: `Bearer ${booking.token}` },
    });
    const bytes = new Uint8Array(await copy.arrayBuffer());
    await setPolicy(30);
    await runRetention();
    const answer = await fetch(`${product.baseUrl}/api/v1/verifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/pdf' },
      body: bytes,
    });
    const report = (await answer.json()) as Verification;
    expect(report).toMatchObject({ verdict: 'intact', known: { organizationName: 'Analytical Engines' } });
  });

  it('touches nothing before its day, and nothing where none is set', async () => {
    const early = await metDaysAgo(29);
    await setPolicy(30);
    expect(await purgeIfDue(product.shared.database, product.shared.cipher, early.id)).toBeNull();
    await setPolicy(null);
    const old = await metDaysAgo(4_000);
    expect(await runRetention()).toMatchObject({ bookings: 0 });
    expect((await readAsHost(product, host, old.id)).guest.name).toBe(grace.name);
  });

  it('is stopped by a legal hold, which names who set it and why, and goes on when it is lifted', async () => {
    const booking = await metDaysAgo(40);
    await setPolicy(30);
    const held = await hold(booking.id);
    expect(held.body.hold).toMatchObject({ reason: 'Grace Guest sues us.', setBy: 'Ada Host' });
    expect(await hold(booking.id)).toMatchObject({ status: 409, body: { code: 'legal_hold_stands' } });
    expect((await read()).body.preview).toMatchObject({ bookings: 0, onHold: 1 });
    expect(await runRetention()).toMatchObject({ bookings: 0 });
    expect((await readAsHost(product, host, booking.id)).guest.name).toBe(grace.name);

    expect((await lift(booking.id)).body.hold).toBeNull();
    expect(await lift(booking.id)).toMatchObject({ status: 409, body: { code: 'no_legal_hold' } });
    expect(await runRetention()).toMatchObject({ bookings: 1 });
    expect((await readAsHost(product, host, booking.id)).guest.name).toBe('');
    expect(await placesOf(product, ['sues us'])).toEqual([]);
    expect(await hold(booking.id)).toMatchObject({ status: 409, body: { code: 'booking_erased' } });
    expect(await actionsOf(booking.id)).toEqual(expect.arrayContaining(['legal_hold.set', 'legal_hold.lifted']));
  });

  it('shows before what it will delete, also for a policy that is not set yet', async () => {
    const booking = await metDaysAgo(40);
    expect((await read()).body).toEqual({ retentionDays: null, preview: null });
    const { preview } = (await read(39)).body;
    expect(preview).toMatchObject({ days: 39, bookings: 1, documents: 2, onHold: 0 });
    expect(preview?.items).toMatchObject([{ id: booking.id, guestName: grace.name, documents: 2 }]);
    expect((await read(41)).body.preview).toMatchObject({ bookings: 0, items: [] });
    const before = (await read(39)).body.preview;
    await setPolicy(39);
    expect(await runRetention()).toMatchObject({ bookings: before?.bookings, documents: before?.documents });
  });

  it('finishes after a crash: what is gone for readers is deleted from the store by the next run, once', async () => {
    const booking = await metDaysAgo(40);
    const keys = await objectsOf(booking.id);
    await setPolicy(30);
    // The transaction committed; the process died before the store heard of it.
    expect(await purgeIfDue(product.shared.database, product.shared.cipher, booking.id)).toEqual({ documents: 2 });
    expect(await purgeIfDue(product.shared.database, product.shared.cipher, booking.id)).toBeNull();
    for (const key of keys) expect(storedObjects(product).has(key)).toBe(true);
    // And one object was deleted already when it died again.
    await product.shared.vault.discard({ storageKey: keys[0] ?? '' });
    expect(await runRetention()).toMatchObject({ bookings: 0, failures: 0 });
    for (const key of keys) expect(storedObjects(product).has(key)).toBe(false);
    expect((await actionsOf(booking.id)).filter((action) => action === 'booking.erased')).toHaveLength(1);
  });

  it('is not held up by an object that the store cannot delete', async () => {
    const booking = await metDaysAgo(40);
    const keys = await objectsOf(booking.id);
    await setPolicy(30);
    const { database } = product.shared;
    await database.query(sql.unsafe`
      insert into object_deletion (storage_key, organization_id, requested_at) values ('not/a/key', ${host.organizationId}, '2026-01-01')`);
    await purgeIfDue(database, product.shared.cipher, booking.id);
    const lines: string[] = [];
    const log = createLogger('test', 'error', { write: (line) => void lines.push(line) });
    expect(await deleteObjects({ ...product.shared, log })).toEqual({ failures: 1, isMore: false });
    expect(lines).toEqual([expect.stringContaining('"storageKey":"not/a/key"')]);
    for (const key of keys) expect(storedObjects(product).has(key)).toBe(false);
    await database.query(sql.unsafe`delete from object_deletion where storage_key = 'not/a/key'`);
  });

  it('keeps an object that another document is made of', async () => {
    const [gone, stays] = [await metDaysAgo(40), await metDaysAgo(5)];
    const [shared] = await objectsOf(gone.id);
    await product.shared.database.query(sql.unsafe`
      update document set storage_key = ${shared ?? ''} where booking_id = ${stays.id} and kind = 'signed'`);
    await setPolicy(30);
    expect(await runRetention()).toMatchObject({ bookings: 1 });
    expect(storedObjects(product).has(shared ?? '')).toBe(true);
  });

  it('runs every hour by a schedule of the engine, which is made once', async () => {
    await ensureSchedules(product.shared.temporal);
    await ensureSchedules(product.shared.temporal);
    const { spec } = await product.shared.temporal.schedule.getHandle(retentionScheduleId).describe();
    expect(spec.intervals).toMatchObject([{ every: 3_600_000 }]);
  });
});

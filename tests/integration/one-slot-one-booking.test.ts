import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'slonik';
import { z } from 'zod';
import { holdSlot as takeSlot } from '#db/changes/hold.ts';
import { bookingToSign, isOffered } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  findSlot,
  holdSlot,
  readMine,
  send,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  type = await buildMeetingType(product, host, { nda: true });
});
afterAll(() => product.stop());

const bookingsAt = (startsAt: string) =>
  product.shared.database.anyFirst(sql.type(z.object({ status: z.string() }))`
    select status from booking where starts_at = ${startsAt} order by status`);

/** Pairs of live claims of one host that overlap: what must never be. */
const overlaps = () =>
  product.shared.database.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*) as count from claim a join claim b
      on a.host_id = b.host_id and a.id < b.id and a.during && b.during and a.is_live and b.is_live`);

const byName = (name: string) => ({ guest: { name, email: `${name}@example.net` } });

describe('the answer to a hold', () => {
  it.each([true, false])('says what the booking’s own page says, with an NDA: %s', async (nda) => {
    const meeting = await buildMeetingType(product, host, { nda });
    const { body } = await holdSlot(product, meeting, await findSlot(product, host, meeting));
    const { booking, token } = body;
    const read = await readMine(product, token);
    // What goes on by itself is told by facts after the answer's position.
    const { ndaStatus, position, serverTime, timeline } = booking;
    expect({ ...read, ndaStatus, position, serverTime, timeline }).toEqual(booking);
    const decided = ({ step }: { step: string }) => step === 'held' || step === 'confirmed';
    expect(timeline.filter(decided)).toEqual(read.timeline.filter(decided));
    expect(booking.status).toBe(nda ? 'held' : 'confirmed');
    expect(position).toBeLessThanOrEqual(read.position);
  });
});

describe('one Idempotency-Key', () => {
  it('gives a repeated hold the very same answer, and makes one booking', async () => {
    const startsAt = await findSlot(product, host, type);
    const key = randomUUID();
    const first = await holdSlot(product, type, startsAt, { key });
    const again = await holdSlot(product, type, startsAt, { key });
    expect(first.status).toBe(201);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(await bookingsAt(startsAt)).toEqual(['held']);
  });

  it('with another body is refused, and holds nothing', async () => {
    const key = randomUUID();
    const startsAt = await findSlot(product, host, type);
    await holdSlot(product, type, startsAt, { key });
    const elsewhere = await findSlot(product, host, type, 2);
    const other = await holdSlot(product, type, elsewhere, { key });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await isOffered(product, host, type, elsewhere)).toBe(true);
  });

  it('sent by several twins at once makes one booking, and all of them get its answer', async () => {
    const startsAt = await findSlot(product, host, type);
    const key = randomUUID();
    const twins = await Promise.all(Array.from({ length: 6 }, () => holdSlot(product, type, startsAt, { key })));
    expect(twins.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
    expect(new Set(twins.map(({ body }) => body.token)).size).toBe(1);
    expect(new Set(twins.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await bookingsAt(startsAt)).toEqual(['held']);
  });

  it('repeats a refusal too, after the slot has come free again', async () => {
    const { token, startsAt } = await bookingToSign(product, host, type);
    const key = randomUUID();
    expect(await holdSlot(product, type, startsAt, { key, ...byName('late') })).toMatchObject({ status: 409 });
    await send(product, 'POST', '/my-booking/cancel', { token, body: {} });
    expect(await holdSlot(product, type, startsAt, { key, ...byName('late') })).toMatchObject({
      status: 409,
      body: { code: 'slot_taken' },
    });
    expect((await holdSlot(product, type, startsAt, byName('late'))).status).toBe(201);
  });

  it('makes a repeated cancel harmless: the second is answered as the first was', async () => {
    const { token } = await bookingToSign(product, host, type);
    const key = randomUUID();
    const cancel = () => send(product, 'POST', '/my-booking/cancel', { token, key, body: { reason: 'Other plans' } });
    const first = await cancel();
    expect(first.status).toBe(200);
    expect(await cancel()).toMatchObject({ status: 200, body: first.body });
  });
});

describe('a crowd', () => {
  it('of 50 guests after one slot gets it once: one 201, 49 times slot_taken, and no error', async () => {
    const startsAt = await findSlot(product, host, type);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => holdSlot(product, type, startsAt, byName(`guest${index}`))),
    );
    const codes = replies.map(({ status, body }) => (status === 201 ? 'held' : `${status} ${body.code}`)).sort();
    expect(codes).toEqual([...Array.from({ length: 49 }, () => '409 slot_taken'), 'held']);
    expect((await bookingsAt(startsAt)).filter((status) => status === 'held')).toHaveLength(1);
  });

  it('after overlapping times of several meeting types of one host never gets two that overlap, buffers included', async () => {
    const short = await buildMeetingType(product, host, { durationsMinutes: [15], intervalMinutes: 15 });
    const long = await buildMeetingType(product, host, { durationsMinutes: [60], intervalMinutes: 15 });
    const padded = await buildMeetingType(product, host, {
      intervalMinutes: 15,
      bufferBeforeMinutes: 10,
      bufferAfterMinutes: 20,
      nda: true,
    });
    const from = Date.parse(await findSlot(product, host, long, 40));
    const wishes = Array.from({ length: 36 }, (_, index) => ({
      type: [short, long, padded][index % 3] ?? short,
      startsAt: new Date(from + (index % 12) * 15 * 60_000).toISOString(),
    }));
    const replies = await Promise.all(
      wishes.map((wish, index) => holdSlot(product, wish.type, wish.startsAt, byName(`wish${index}`))),
    );
    expect(replies.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    expect(replies.filter(({ status }) => status === 201).length).toBeGreaterThan(2);
    expect(await overlaps()).toBe(0);
  });

  it('is decided by the database alone: a second live claim on the same time cannot be written', async () => {
    const { id } = await bookingToSign(product, host, type);
    const second = product.shared.database.query(sql.unsafe`
      insert into claim (organization_id, host_id, session_id, booking_id, during)
      select organization_id, host_id, ${randomUUID()}, booking_id, during from claim where booking_id = ${id} and is_live`);
    await expect(second).rejects.toMatchObject({ constraint: 'claim_no_overlap' });
  });

  it('is decided by the database alone, also where the rules see nothing in the way', async () => {
    const { id } = await bookingToSign(product, host, type);
    const { database } = product.shared;
    const startsAt = await findSlot(product, host, type, 3);
    const asked = randomUUID();
    await database.query(sql.unsafe`
      insert into booking select (jsonb_populate_record(b, jsonb_build_object('id', ${asked}::text, 'session_id', ${randomUUID()}::text,
        'status', 'requested', 'starts_at', ${startsAt}::text, 'ends_at', ${startsAt}::timestamptz + interval '30 minutes',
        'held_at', null, 'hold_expires_at', null, 'guest_token_sha256', sha256(${asked}::bytea)))).* from booking b where id = ${id}`);
    await database.query(sql.unsafe`
      update claim set during = tstzrange(${startsAt}, ${startsAt}::timestamptz + interval '30 minutes') where booking_id = ${id} and is_live`);
    expect(await takeSlot(database, asked)).toMatchObject({
      hold: { outcome: 'slot_taken' },
      progress: { status: 'refused' },
    });
    expect(await overlaps()).toBe(0);
  });
});

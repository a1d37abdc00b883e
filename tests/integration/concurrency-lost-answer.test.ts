import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BookingCreated, GuestBooking } from '#contract/bookings.ts';
import { bookingToSign, confirmedBooking } from '#tests/booking-actions.ts';
import { inconsistencies } from '#tests/histories/consistency.ts';
import {
  buildHost,
  buildMeetingType,
  findSlot,
  grace,
  openSigning,
  send,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
let signedType: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  type = await buildMeetingType(product, host);
  signedType = await buildMeetingType(product, host, { nda: true });
});
afterAll(() => product.stop());

type Request = { path: string; body: unknown; key: string; token?: string };

/** Sends a request whole, and tears the connection down so many milliseconds later, whatever has become of it. */
async function sendAndHangUp({ path, body, key, token }: Request, afterMs: number): Promise<void> {
  const { hostname, port } = new URL(product.baseUrl);
  const text = JSON.stringify(body);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  const head = [
    `POST /api/v1${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `Idempotency-Key: ${key}`,
    ...(token ? [`Authorization: Bearer ${token}`] : []),
  ];
  await new Promise<void>((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${text}`, () => resolve()));
  await sleep(afterMs);
  socket.resetAndDestroy();
}

const again = <T>({ path, body, key, token }: Request) =>
  send<T>(product, 'POST', path, { body, key, ...(token && { token }) });

const count = (query: ReturnType<typeof sql.unsafe>) =>
  product.shared.database.oneFirst(
    sql.type(z.object({ count: z.number() }))`select count(*) from (${query}) as counted`,
  );

/** From a connection that is gone before anybody has read the request, to one that breaks in the middle of the work. */
const hangUpsMs = [0, 3, 10, 25, 60, 150];

describe('a guest whose connection breaks after the request was sent', () => {
  it.each(hangUpsMs)('(after %i ms) asks again under the same key, and has one booking', async (afterMs) => {
    const startsAt = await findSlot(product, host, signedType);
    const guest = { ...grace, email: `${randomUUID()}@example.net` };
    const request = { path: '/bookings', body: { meetingTypeId: signedType.id, startsAt, guest }, key: randomUUID() };
    await sendAndHangUp(request, afterMs);
    const [first, second] = [await again<BookingCreated>(request), await again<BookingCreated>(request)];
    expect(first).toMatchObject({ status: 201, body: { booking: { startsAt, status: 'held' } } });
    expect(second.body).toEqual(first.body);
    const { id } = first.body.booking;
    expect(
      await count(sql.unsafe`select from booking where host_id = ${host.hostId} and starts_at = ${startsAt}`),
    ).toBe(1);
    expect(await count(sql.unsafe`select from claim where booking_id = ${id} and is_live`)).toBe(1);
    expect(await count(sql.unsafe`select from outbox where booking_id = ${id} and fact ->> 'type' = 'slot.held'`)).toBe(
      1,
    );
    expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
  });

  it.each([5, 40])('(after %i ms) moves a meeting once, however often it is asked for', async (afterMs) => {
    const { id, token } = await confirmedBooking(product, host, type);
    const request = {
      path: '/my-booking/reschedule',
      body: { startsAt: await findSlot(product, host, type, 6) },
      key: randomUUID(),
      token,
    };
    await sendAndHangUp(request, afterMs);
    const replies = [await again<GuestBooking>(request), await again<GuestBooking>(request)];
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { ...request.body, sequence: 1 } });
    const moves = sql.unsafe`select from outbox where booking_id = ${id} and fact ->> 'type' = 'booking.rescheduled'`;
    expect(await count(moves)).toBe(1);
    expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
  });

  it.each([5, 40])('(after %i ms) signs once', async (afterMs) => {
    const { id, token } = await bookingToSign(product, host, signedType);
    const session = await openSigning(product, token);
    const body = {
      consent: true,
      disclosureSha256: session.disclosure.sha256,
      documentSha256: session.document.sha256,
      mark: { kind: 'typed', text: grace.name },
    };
    const request = { path: '/my-booking/signing/signature', body, key: randomUUID(), token };
    await sendAndHangUp(request, afterMs);
    const replies = [await again<{ signedAt: string }>(request), await again<{ signedAt: string }>(request)];
    expect(replies.map(({ status }) => status)).toEqual([202, 202]);
    expect(replies[1]?.body).toEqual(replies[0]?.body);
    const signatures = sql.unsafe`select from outbox where booking_id = ${id} and fact ->> 'type' = 'nda.signed'`;
    expect(await count(signatures)).toBe(1);
  });
});

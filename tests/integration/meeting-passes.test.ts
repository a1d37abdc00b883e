import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import type { HostBooking } from '#contract/bookings.ts';
import {
  asHost,
  confirmedBooking,
  mailFilesOf,
  mailsOf,
  milestonesOf,
  moveMeeting,
  readMail,
  trailOf,
  untilMailed,
  wake,
} from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  send,
  untilStatus,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const reminders = async (bookingId: string) =>
  (await mailsOf(product, bookingId)).filter(({ kind }) => kind === 'reminder').map(({ recipient }) => recipient);

const undo = (bookingId: string) =>
  asHost<HostBooking>(product, host, `/bookings/${bookingId}/no-show`, undefined, 'DELETE');
const liveClaims = (bookingId: string) =>
  product.shared.database.oneFirst(
    sql.type(z.object({ count: z.number() }))`
      select count(*)::int as count from claim where booking_id = ${bookingId} and is_live`,
  );

describe('a booking without an NDA', () => {
  it('is confirmed at once, in the answer to the request, and both are mailed an invite', async () => {
    const type = await buildMeetingType(product, host);
    const held = await holdSlot(product, type, await findSlot(product, host, type));
    expect(held).toMatchObject({ status: 201, body: { booking: { status: 'confirmed', ndaStatus: 'not_required' } } });
    const { id } = held.body.booking;
    await untilMailed(product, id, 2);
    for (const recipient of ['guest', 'host'] as const) {
      const { attachments } = await readMail(product, id, 'booking_confirmed', recipient);
      expect(attachments.map(({ contentType, method }) => [contentType, method])).toEqual([
        ['text/calendar', 'REQUEST'],
        ['application/ics', null],
      ]);
    }
    expect(await milestonesOf(product, id)).toEqual(['slot.held', 'booking.confirmed']);
    expect(await trailOf(product, host, id)).toEqual(['booking.confirmed by guest']);
  });
});

describe('as the meeting comes near, begins and ends', () => {
  it('both are reminded once, at the right moment, and the booking is completed at its end', async () => {
    const type = await buildMeetingType(product, host, { remindersMinutes: [60] });
    const { id, token } = await confirmedBooking(product, host, type);
    await moveMeeting(product, id, { startsInMs: hourMs + 1_500, endsInMs: 2 * hourMs });
    await sleep(700);
    expect(await reminders(id)).toEqual([]);
    await untilMailed(product, id, 4);
    for (let again = 0; again < 3; again += 1) await wake(product, id);
    expect((await readMail(product, id, 'reminder', 'guest')).subject).toMatch(/^Reminder/);

    await moveMeeting(product, id, { startsInMs: -minuteMs, endsInMs: 800 });
    expect(await send(product, 'POST', '/my-booking/cancel', { token, body: {} })).toMatchObject({
      status: 409,
      body: { code: 'meeting_started' },
    });
    await untilStatus(product, token, 'completed');
    expect((await reminders(id)).sort()).toEqual(['guest', 'host']);
    expect(await mailFilesOf(product, id)).toBe(4);
    expect((await milestonesOf(product, id)).at(-1)).toBe('booking.completed');
  });

  it('a reminder whose moment had passed when the booking was made is not sent', async () => {
    const type = await buildMeetingType(product, host, { remindersMinutes: [1_440] });
    const { id, token } = await confirmedBooking(product, host, type);
    await moveMeeting(product, id, { startsInMs: hourMs, endsInMs: 2 * hourMs });
    await moveMeeting(product, id, { startsInMs: -minuteMs, endsInMs: 100 });
    await untilStatus(product, token, 'completed');
    expect(await reminders(id)).toEqual([]);
  });

  it('a host may say that the guest did not come, once it has begun, and everybody following it is told at once', async () => {
    const type = await buildMeetingType(product, host);
    const { id } = await confirmedBooking(product, host, type);
    expect(await asHost(product, host, `/bookings/${id}/no-show`)).toMatchObject({
      status: 409,
      body: { code: 'meeting_not_ended' },
    });
    await moveMeeting(product, id, { startsInMs: -hourMs, endsInMs: hourMs });
    expect(await asHost<HostBooking>(product, host, `/bookings/${id}/no-show`)).toMatchObject({
      status: 200,
      body: { status: 'no_show' },
    });
    await eventually(
      () =>
        product.shared.database.anyFirst(
          sql.unsafe`select id from outbox where booking_id = ${id} and published_at is null`,
        ),
      (waiting) => waiting.length === 0,
      3_000,
    );
    expect((await milestonesOf(product, id)).at(-1)).toBe('booking.no_show');
    expect((await trailOf(product, host, id)).at(-1)).toBe('booking.no_show by host');
  });

  it('a completed meeting may be corrected to a no-show', async () => {
    const type = await buildMeetingType(product, host);
    const { id, token } = await confirmedBooking(product, host, type);
    await moveMeeting(product, id, { startsInMs: -hourMs, endsInMs: -1 });
    await untilStatus(product, token, 'completed');
    expect((await asHost<HostBooking>(product, host, `/bookings/${id}/no-show`)).body.status).toBe('no_show');
    await untilStatus(product, token, 'no_show');
  });

  it('a no-show that is taken back leaves a meeting that took place, and asking twice changes nothing', async () => {
    const type = await buildMeetingType(product, host);
    const { id, token } = await confirmedBooking(product, host, type);
    await moveMeeting(product, id, { startsInMs: -hourMs, endsInMs: -1 });
    await untilStatus(product, token, 'completed');
    await asHost(product, host, `/bookings/${id}/no-show`);
    expect((await undo(id)).body).toMatchObject({ status: 'completed', allowed: { noShow: true, undoNoShow: false } });
    expect((await undo(id)).body.status).toBe('completed');
    expect((await milestonesOf(product, id)).slice(-2)).toEqual(['booking.no_show', 'booking.no_show_undone']);
    expect((await trailOf(product, host, id)).at(-1)).toBe('booking.no_show_undone by host');
  });

  it('a no-show that is taken back while the meeting lasts lets it go on, and it ends in its time', async () => {
    const type = await buildMeetingType(product, host);
    const { id, token } = await confirmedBooking(product, host, type);
    await moveMeeting(product, id, { startsInMs: -hourMs, endsInMs: hourMs });
    await asHost(product, host, `/bookings/${id}/no-show`);
    expect(await liveClaims(id)).toBe(0);
    expect((await undo(id)).body.status).toBe('confirmed');
    expect(await liveClaims(id)).toBe(1);
    expect((await milestonesOf(product, id)).slice(-4)).toEqual([
      ...['slot.released', 'booking.no_show'],
      ...['slot.held', 'booking.no_show_undone'],
    ]);
    await moveMeeting(product, id, { startsInMs: -hourMs, endsInMs: -1 });
    await untilStatus(product, token, 'completed');
  });

  it('a no-show is taken back without its time when that is somebody else’s by then', async () => {
    const type = await buildMeetingType(product, host);
    const [late, next] = [await confirmedBooking(product, host, type), await confirmedBooking(product, host, type)];
    await moveMeeting(product, late.id, { startsInMs: -hourMs, endsInMs: hourMs });
    await asHost(product, host, `/bookings/${late.id}/no-show`);
    await moveMeeting(product, next.id, { startsInMs: minuteMs, endsInMs: hourMs });
    expect((await undo(late.id)).body.status).toBe('completed');
    expect([await liveClaims(late.id), await liveClaims(next.id)]).toEqual([0, 1]);
  });

  it('there is no no-show to take back of a meeting that was canceled', async () => {
    const { id } = await confirmedBooking(product, host, await buildMeetingType(product, host));
    await asHost(product, host, `/bookings/${id}/cancel`);
    expect(await undo(id)).toMatchObject({ status: 409, body: { code: 'booking_not_confirmed' } });
  });
});

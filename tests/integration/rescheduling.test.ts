import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'slonik';
import { z } from 'zod';
import type { GuestBooking, HostBooking } from '#contract/bookings.ts';
import {
  asHost,
  confirmedBooking,
  isOffered,
  milestonesOf,
  readMail,
  trailOf,
  untilMailed,
} from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  factsOf,
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
let signedType: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  type = await buildMeetingType(product, host);
  signedType = await buildMeetingType(product, host, { nda: true });
});
afterAll(() => product.stop());

const moveAsGuest = (token: string, startsAt: string) =>
  send<GuestBooking & { code?: string; context?: unknown }>(product, 'POST', '/my-booking/reschedule', {
    token,
    body: { startsAt },
  });

const liveClaimsOf = (bookingId: string) =>
  product.shared.database.anyFirst(sql.type(z.object({ from: z.date() }))`
    select lower(during) as "from" from claim where booking_id = ${bookingId} and is_live`);

describe('moving a confirmed booking', () => {
  it('by its guest takes the new time and frees the old one, keeps the signed NDA, and updates both calendars', async () => {
    const { id, token, startsAt } = await confirmedBooking(product, host, signedType);
    const to = await findSlot(product, host, signedType, 4);
    const moved = await moveAsGuest(token, to);
    expect(moved).toMatchObject({ status: 200, body: { status: 'confirmed', startsAt: to, sequence: 1 } });
    expect(moved.body).toMatchObject({ ndaStatus: 'completed', signedDocumentAvailable: true });
    expect(await isOffered(product, host, signedType, startsAt)).toBe(true);
    expect(await isOffered(product, host, signedType, to)).toBe(false);
    expect(await liveClaimsOf(id)).toEqual([new Date(to)]);

    await untilMailed(product, id, 5);
    for (const recipient of ['guest', 'host'] as const) {
      const mail = await readMail(product, id, 'booking_rescheduled', recipient);
      expect(mail.subject).toMatch(/^Moved to/);
      const invite = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
      const text = Buffer.from(invite?.content ?? []).toString();
      expect(invite?.method).toBe('REQUEST');
      expect(text).toMatch(/METHOD:REQUEST\r?\n/);
      expect(text).toMatch(/SEQUENCE:1\r?\n/);
      expect(text).toContain(to.replaceAll(/[-:]|\.000/g, ''));
      expect(mail.attachments.map(({ contentType }) => contentType)).toContain('application/pdf');
    }
    expect((await milestonesOf(product, id)).slice(6)).toEqual(['slot.released', 'slot.held', 'booking.rescheduled']);
    const fact = (await factsOf(product, id)).find(({ type: name }) => name === 'booking.rescheduled');
    expect(fact?.data).toMatchObject({ fromStartsAt: startsAt, startsAt: to, sequence: 1 });
    expect((await trailOf(product, host, id)).at(-1)).toBe('booking.rescheduled by guest');
  });

  it('by its host may go where guests are not offered a time, and is not counted against the guest', async () => {
    const narrow = await buildMeetingType(product, host, { rescheduleLimit: 1, intervalMinutes: 30 });
    const { id, token, startsAt } = await confirmedBooking(product, host, narrow);
    const offGrid = new Date(Date.parse(startsAt) + 3 * 86_400_000 + 7 * 60_000).toISOString();
    const moved = await asHost<HostBooking>(product, host, `/bookings/${id}/reschedule`, { startsAt: offGrid });
    expect(moved).toMatchObject({ status: 200, body: { startsAt: offGrid, status: 'confirmed' } });
    expect(await readMine(product, token)).toMatchObject({ sequence: 1, canReschedule: true });
  });

  it('by its host is no way into the past: nobody can come to a meeting that is over', async () => {
    const { id, token, startsAt } = await confirmedBooking(product, host, type);
    const yesterday = new Date(Date.parse(startsAt) - 8 * 86_400_000).toISOString();
    expect(await asHost(product, host, `/bookings/${id}/reschedule`, { startsAt: yesterday })).toMatchObject({
      status: 409,
      body: { code: 'slot_not_offered', context: { reasons: [{ code: 'past' }] } },
    });
    expect(await readMine(product, token)).toMatchObject({ startsAt, status: 'confirmed', sequence: 0 });
  });

  it('to a time that somebody else has is refused with slot_taken, for guest and host, and changes nothing', async () => {
    const { id, token, startsAt } = await confirmedBooking(product, host, type);
    const taken = await findSlot(product, host, type);
    expect((await holdSlot(product, type, taken, { guest: { email: 'other@example.net' } })).status).toBe(201);
    expect(await moveAsGuest(token, taken)).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
    expect(await asHost(product, host, `/bookings/${id}/reschedule`, { startsAt: taken })).toMatchObject({
      status: 409,
      body: { code: 'slot_taken' },
    });
    expect(await readMine(product, token)).toMatchObject({ startsAt, sequence: 0 });
    expect(await liveClaimsOf(id)).toEqual([new Date(startsAt)]);
  });

  it('of two guests who move to the same time at once lets one have it', async () => {
    const [one, two] = [await confirmedBooking(product, host, type), await confirmedBooking(product, host, type)];
    const to = await findSlot(product, host, type, 9);
    const outcomes = await Promise.all([moveAsGuest(one.token, to), moveAsGuest(two.token, to)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(outcomes.find(({ status }) => status === 409)?.body.code).toBe('slot_taken');
  });

  it('to a time that overlaps its own old one is no conflict with itself', async () => {
    // A host of its own: nothing else may stand beside the meeting.
    const alone = await buildHost(product);
    const long = await buildMeetingType(product, alone, { durationsMinutes: [60], intervalMinutes: 30 });
    const { token, startsAt } = await confirmedBooking(product, alone, long);
    const to = new Date(Date.parse(startsAt) + 30 * 60_000).toISOString();
    expect(await moveAsGuest(token, to)).toMatchObject({ status: 200, body: { startsAt: to } });
  });

  it('by its guest ends with the cut-off, with the limit, and where no time is offered, each by its code', async () => {
    const strict = await buildMeetingType(product, host, { rescheduleLimit: 1, rescheduleCutoffMinutes: 2_880 });
    const early = await confirmedBooking(product, host, strict);
    expect(await moveAsGuest(early.token, await findSlot(product, host, strict, 5))).toMatchObject({
      status: 409,
      body: { code: 'too_late_to_change', context: { cutoffMinutes: 2_880 } },
    });
    const often = await buildMeetingType(product, host, { rescheduleLimit: 1, intervalMinutes: 30 });
    const { token, startsAt } = await confirmedBooking(product, host, often);
    const offGrid = new Date(Date.parse(startsAt) + 86_400_000 + 7 * 60_000).toISOString();
    expect(await moveAsGuest(token, offGrid)).toMatchObject({ status: 409, body: { code: 'slot_not_offered' } });
    expect((await moveAsGuest(token, await findSlot(product, host, often, 12))).status).toBe(200);
    expect(await moveAsGuest(token, await findSlot(product, host, often, 14))).toMatchObject({
      status: 409,
      body: { code: 'reschedule_limit_reached', context: { limit: 1 } },
    });
  });
});

import { sql } from 'slonik';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WhyNot } from '#contract/bookings.ts';
import { asHost } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, holdSlot, send, type TestHost, type TestType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  await asHost(product, host, '/schedules', {
    name: 'Office',
    isDefault: true,
    rules: {
      timeZone: 'UTC',
      weekly: Object.fromEntries(
        ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['09:00', '17:00']]]),
      ),
      blackouts: [{ from: date(6), to: date(6) }],
      overrides: [{ date: date(7), windows: [['12:00', '13:00']] }],
    },
  });
});
afterAll(() => product.stop());

const dayMs = 86_400_000;
function date(day: number): string {
  return new Date(Date.now() + day * dayMs).toISOString().slice(0, 10);
}
const at = (day: number, time: string): string => `${date(day)}T${time}:00.000Z`;

/** Asked for without ever having looked at the offer. */
async function codesAgainst(type: TestType, startsAt: string): Promise<string[]> {
  const { status, body } = await holdSlot(product, type, startsAt);
  expect({ status, code: body.code }).toEqual({ status: 409, code: 'slot_not_offered' });
  const reasons = z.array(z.object({ code: z.string() })).parse(body.context?.['reasons']);
  // The host who asks why is told the same.
  const why = await asHost<{ offered: boolean; reasons: { code: string }[] } & z.infer<typeof WhyNot>>(
    product,
    host,
    `/availability/why?${new URLSearchParams({ meetingTypeId: type.id, startsAt }).toString()}`,
    undefined,
    'GET',
  );
  expect(why.body.offered).toBe(false);
  expect(why.body.reasons.map(({ code }) => code)).toEqual(reasons.map(({ code }) => code));
  return [...new Set(reasons.map(({ code }) => code))].sort();
}

describe('a time that is not offered', () => {
  it.each([
    ['before opening', at(3, '08:30'), {}, ['outside_hours']],
    ['across the end of the day', at(3, '16:30'), { durationsMinutes: [45], intervalMinutes: 30 }, ['does_not_fit']],
    ['between two starts', at(3, '09:10'), {}, ['not_on_grid']],
    ['on a closed day', at(6, '10:00'), {}, ['blackout']],
    ['outside a day’s own hours', at(7, '10:00'), {}, ['outside_hours']],
    ['too soon', at(1, '12:00'), { noticeMinutes: 3 * 1440 }, ['notice']],
    ['in the past', at(-1, '12:00'), {}, ['past']],
    [
      'beyond the booking window',
      at(40, '12:00'),
      { bookingWindow: { kind: 'rolling' as const, days: 14 } },
      ['booking_window'],
    ],
  ])('%s is refused, and the guest is told why', async (_when, startsAt, rules, codes) => {
    const type = await buildMeetingType(product, host, rules);
    expect(await codesAgainst(type, startsAt)).toEqual(expect.arrayContaining(codes));
  });

  it('because a limit is reached is refused, even at an hour that nobody has', async () => {
    const type = await buildMeetingType(product, host, { limitPerDay: 1 });
    expect((await holdSlot(product, type, at(4, '09:00'))).status).toBe(201);
    expect(await codesAgainst(type, at(4, '15:00'))).toEqual(['daily_limit']);
  });

  it('does not give away whose it is', async () => {
    const type = await buildMeetingType(product, host, { limitPerDay: 1 });
    const { token } = (await holdSlot(product, type, at(8, '09:00'))).body;
    expect((await holdSlot(product, type, at(9, '09:00'))).status).toBe(201);
    const other = await holdSlot(product, await buildMeetingType(product, host), at(9, '11:00'));
    const moved = await send(product, 'POST', '/my-booking/reschedule', {
      token,
      body: { startsAt: at(9, '11:00') },
    });
    expect(moved).toMatchObject({ status: 409, body: { code: 'slot_not_offered' } });
    const codes = [{ code: 'booked' }, expect.objectContaining({ code: 'daily_limit' })];
    expect(moved.body.context?.['reasons']).toEqual(codes);
    expect(JSON.stringify(moved.body)).not.toContain(other.body.booking.id);
  });

  it('leaves nothing behind: no claim, no fact, no mail', async () => {
    const left = await product.shared.database.one(sql.type(
      z.object({ live: z.number(), refused: z.number(), said: z.number() }),
    )`select (select count(*) from claim c join booking b on b.id = c.booking_id where b.status = 'refused') as live,
        (select count(*) from booking where status = 'refused') as refused,
        (select count(*) from outbox o join booking b on b.id = o.booking_id where b.status = 'refused')
          + (select count(*) from message m join booking b on b.id = m.booking_id where b.status = 'refused') as said`);
    expect(left).toMatchObject({ live: 0, said: 0 });
    expect(left.refused).toBeGreaterThan(5);
  });
});

describe('a time that is somebody else’s', () => {
  it('is said to be taken, whichever meeting type is in the way, buffers included', async () => {
    const [short, long] = [
      await buildMeetingType(product, host, { bufferAfterMinutes: 30 }),
      await buildMeetingType(product, host, { durationsMinutes: [60], intervalMinutes: 30 }),
    ];
    expect((await holdSlot(product, short, at(5, '11:00'))).status).toBe(201);
    for (const start of ['10:30', '11:00', '11:30']) {
      expect(await holdSlot(product, long, at(5, start))).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
    }
    expect((await holdSlot(product, long, at(5, '12:00'))).status).toBe(201);
  });
});

it('a meeting type that takes no bookings, and one that never was, are not found', async () => {
  const closed = await buildMeetingType(product, host, { isActive: false });
  expect((await holdSlot(product, closed, at(3, '10:00'))).status).toBe(404);
  const { status } = await send(product, 'POST', '/bookings', {
    key: crypto.randomUUID(),
    body: {
      meetingTypeId: crypto.randomUUID(),
      startsAt: at(3, '10:00'),
      guest: { name: 'Grace', email: 'grace@example.net', timeZone: 'UTC' },
    },
  });
  expect(status).toBe(404);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { GuestBooking, HostBooking } from '#contract/bookings.ts';
import { asHost, bookingToSign, confirmedBooking, isOffered } from '#tests/booking-actions.ts';
import { inconsistencies } from '#tests/histories/consistency.ts';
import {
  buildHost,
  buildMeetingType,
  buildMember,
  eventually,
  factsOf,
  findSlot,
  holdSlot,
  openSigning,
  send,
  signTyped,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let owner: TestHost;
/** Somebody else who looks after the same bookings. */
let admin: TestHost;
let type: TestType;
let signedType: TestType;
beforeAll(async () => {
  product = await startProduct();
  owner = await buildHost(product);
  admin = await buildMember(product, owner, 'ADMIN');
  type = await buildMeetingType(product, owner, { rescheduleLimit: 20 });
  signedType = await buildMeetingType(product, owner, { nda: true });
});
afterAll(() => product.stop());

/** How much later than the first the second acts: together, and each way round. */
const headStartsMs = [0, 12, -12, 40, -40];

/** Both act, the second so many milliseconds after the first (before it, when negative). */
function nearlyAtOnce<A, B>(first: () => Promise<A>, second: () => Promise<B>, laterMs: number): Promise<[A, B]> {
  const after = async <T>(ms: number, act: () => Promise<T>): Promise<T> => {
    await sleep(Math.max(0, ms));
    return act();
  };
  return Promise.all([after(-laterMs, first), after(laterMs, second)]);
}

const standing = z.object({ status: z.string(), startsAt: z.date(), sequence: z.number(), liveClaims: z.number() });
const standingOf = (bookingId: string) =>
  product.shared.database.one(sql.type(standing)`
    select status, starts_at as "startsAt", sequence, (select count(*) from claim where booking_id = booking.id and is_live) as "liveClaims"
    from booking where id = ${bookingId}`);

async function factNames(bookingId: string): Promise<string[]> {
  return (await factsOf(product, bookingId)).map(({ type: name }) => name);
}

/** Whether a time comes to be offered, or not to be: memories of free times hear of a change a moment after its answer. */
const untilOffered = (bookable: TestType, startsAt: string, shallBe: boolean) =>
  eventually(
    () => isOffered(product, owner, bookable, startsAt),
    (is) => is === shallBe,
  );
const expectConsistent = async () => expect(await inconsistencies(product.shared.database, owner.hostId)).toEqual([]);

type Code = { code?: string };
const moveAsGuest = (token: string, startsAt: string) =>
  send<GuestBooking & Code>(product, 'POST', '/my-booking/reschedule', { token, body: { startsAt } });
const moveAs = (who: TestHost, bookingId: string, startsAt: string) =>
  asHost<HostBooking & Code>(product, who, `/bookings/${bookingId}/reschedule`, { startsAt });

describe('a cancellation and the signature at the same moment', () => {
  it.each(headStartsMs)('(%i ms apart) end canceled, and signed only if the guest was told so', async (laterMs) => {
    const { id, token, startsAt } = await bookingToSign(product, owner, signedType);
    const session = await openSigning(product, token);
    const [canceled, signed] = await nearlyAtOnce(
      () => asHost(product, admin, `/bookings/${id}/cancel`, { reason: 'The project was stopped.' }),
      () => signTyped(product, token, session),
      laterMs,
    );
    expect(canceled.status).toBe(200);
    expect([202, 409]).toContain(signed.status);
    expect(await untilStatus(product, token, 'canceled')).toMatchObject({ status: 'canceled' });
    const names = await eventually(
      () => factNames(id),
      (seen) => seen.includes('booking.canceled'),
    );
    expect(names.includes('nda.signed')).toBe(signed.status === 202);
    expect(await standingOf(id)).toMatchObject({ status: 'canceled', liveClaims: 0 });
    await untilOffered(signedType, startsAt, true);
    await expectConsistent();
  });
});

describe('two hosts and the guest', () => {
  it('who all move the meeting at once move it one after another: each move begins where the one before it ended', async () => {
    const { id, token, startsAt } = await confirmedBooking(product, owner, type);
    const places = await Promise.all([4, 9, 14, 19, 24, 29].map((skip) => findSlot(product, owner, type, skip)));
    const replies = await Promise.all(
      places.map((place, index) =>
        index % 3 === 0 ? moveAsGuest(token, place) : moveAs(index % 3 === 1 ? owner : admin, id, place),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(places.map(() => 200));
    const moves = z
      .array(z.object({ fromStartsAt: z.string(), startsAt: z.string(), sequence: z.number() }))
      .parse(
        (await factsOf(product, id)).filter(({ type: name }) => name === 'booking.rescheduled').map(({ data }) => data),
      );
    expect(moves.map(({ fromStartsAt }) => fromStartsAt)).toEqual(
      [startsAt, ...moves.map((move) => move.startsAt)].slice(0, -1),
    );
    expect(moves.map(({ sequence }) => sequence)).toEqual(places.map((_, index) => index + 1));
    expect(moves.map((move) => move.startsAt).sort()).toEqual([...places].sort());
    expect(await standingOf(id)).toEqual({
      status: 'confirmed',
      startsAt: new Date(moves.at(-1)?.startsAt ?? ''),
      sequence: places.length,
      liveClaims: 1,
    });
    await expectConsistent();
  });

  it('of whom one cancels while the others move it: it is canceled, wherever it was, and every time it had is free', async () => {
    for (const laterMs of headStartsMs) {
      const { id, token, startsAt } = await confirmedBooking(product, owner, type);
      const [one, two] = [await findSlot(product, owner, type, 5), await findSlot(product, owner, type, 11)];
      const [moved, canceled] = await nearlyAtOnce(
        () => Promise.all([moveAs(admin, id, one), moveAsGuest(token, two)]),
        () => asHost<HostBooking>(product, owner, `/bookings/${id}/cancel`),
        laterMs,
      );
      expect(canceled.status).toBe(200);
      for (const { status, body } of moved) if (status !== 200) expect(body.code).toBe('booking_not_confirmed');
      const movedTimes = moved.filter(({ status }) => status === 200).length;
      expect(await standingOf(id)).toMatchObject({ status: 'canceled', sequence: movedTimes + 1, liveClaims: 0 });
      const milestones = (await factNames(id)).filter((name) => name.startsWith('booking.'));
      expect(milestones).toEqual([
        'booking.confirmed',
        ...Array.from({ length: movedTimes }, () => 'booking.rescheduled'),
        'booking.canceled',
      ]);
      for (const time of [startsAt, one, two]) await untilOffered(type, time, true);
    }
    await expectConsistent();
  });
});

describe('a slot that its host lets go in the moment in which somebody else wants it', () => {
  it.each(headStartsMs)('(%i ms apart) is theirs or free, never both, and nobody else’s', async (laterMs) => {
    const { id, startsAt } = await bookingToSign(product, owner, signedType);
    const want = () => holdSlot(product, signedType, startsAt, { guest: { email: 'next@example.net' } });
    const [released, wanted] = await nearlyAtOnce(
      () => asHost(product, owner, `/bookings/${id}/release`, { reason: 'No answer' }),
      want,
      laterMs,
    );
    expect(released.status).toBe(200);
    expect(await standingOf(id)).toMatchObject({ status: 'released', liveClaims: 0 });
    const got = wanted.status === 201;
    if (!got) expect(wanted).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
    await untilOffered(signedType, startsAt, !got);
    const holder = got ? wanted : await want();
    expect(holder.status).toBe(201);
    expect(await standingOf(holder.body.booking.id)).toMatchObject({ status: 'held', liveClaims: 1 });
    await expectConsistent();
  });
});

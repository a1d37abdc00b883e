import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'slonik';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { bookingToSign, letHoldEnd, milestonesOf, wake } from '#tests/booking-actions.ts';
import { inconsistencies } from '#tests/histories/consistency.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  holdSlot,
  openSigning,
  readMine,
  signTyped,
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

const deadlineOf = (bookingId: string) =>
  product.shared.database.oneFirst(sql.type(z.object({ at: z.date() }))`
    select hold_expires_at as at from booking where id = ${bookingId}`);
const signedAtOf = (bookingId: string) =>
  product.shared.database.maybeOneFirst(sql.type(z.object({ at: z.date().nullable() }))`
    select max(signed_at) as at from envelope where booking_id = ${bookingId}`);
const untilTime = (instant: number) => sleep(Math.max(0, instant - Date.now()));

/** A hold that ends in some seconds, as its workflow knows, and somebody who has the document open. */
async function holdThatEnds(inMs: number) {
  const booking = await bookingToSign(product, host, type);
  const session = await openSigning(product, booking.token);
  await letHoldEnd(product, booking.id, inMs);
  const deadline = await deadlineOf(booking.id);
  await wake(product, booking.id);
  return { ...booking, session, deadline };
}

type Hold = Awaited<ReturnType<typeof holdThatEnds>>;

/** Signs at the moment; the database's own times say afterwards whether that was in time. */
async function signAt(hold: Hold, offsetMs: number) {
  await untilTime(hold.deadline.getTime() + offsetMs);
  const answer = await signTyped(product, hold.token, hold.session);
  const signedAt = await signedAtOf(hold.id);
  return { answer, signedAt, inTime: signedAt !== null && signedAt < hold.deadline };
}

/** Until nothing more happens by itself: a signature ends confirmed or displaced, anything else as expired. */
const untilSettled = (hold: Hold, isSigned: boolean) =>
  eventually(
    () => readMine(product, hold.token),
    ({ status }) => (isSigned ? status === 'confirmed' || status === 'displaced' : status === 'expired'),
  );

it('a signature one second before the hold ends confirms, and the slot is free at no moment', async () => {
  // A machine that stands still for a second may miss the moment; not three times.
  let signed: Awaited<ReturnType<typeof signAt>> | null = null;
  let hold: Hold | null = null;
  for (let attempt = 0; attempt < 3 && !signed?.inTime; attempt++) {
    hold = await holdThatEnds(3_000);
    signed = await signAt(hold, -1_000);
  }
  if (!hold) throw new Error('Nothing was held.');
  expect(signed).toMatchObject({ inTime: true, answer: { status: 202, body: { late: false } } });
  expect(await untilSettled(hold, true)).toMatchObject({ status: 'confirmed', startsAt: hold.startsAt });
  // Its time comes and goes: nothing ends what was signed.
  await untilTime(hold.deadline.getTime() + 1_000);
  await wake(product, hold.id);
  expect(await milestonesOf(product, hold.id)).not.toContain('slot.released');
  expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
});

it('a signature one second after it never takes the time from a guest who got it in between', async () => {
  const hold = await holdThatEnds(1_500);
  await untilTime(hold.deadline.getTime());
  const other = await eventually(
    () => holdSlot(product, type, hold.startsAt, { guest: { email: 'faster@example.net' } }),
    ({ status }) => status === 201,
  );
  const { answer, inTime } = await signAt(hold, 1_000);
  expect(inTime).toBe(false);
  // The document may have been taken back already; if it was not, the signature counts, but not for this time.
  if (answer.status === 202) expect(answer.body.late).toBe(true);
  else expect(answer).toMatchObject({ status: 409, body: { code: 'signing_closed' } });
  expect((await untilSettled(hold, answer.status === 202)).status).toBe(
    answer.status === 202 ? 'displaced' : 'expired',
  );
  expect(await readMine(product, other.body.token)).toMatchObject({ status: 'held', startsAt: hold.startsAt });
  expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
});

it('signatures around the very moment: those in time by the database’s clock confirm, and the guest was told which it was', async () => {
  const offsets = [-120, -60, -30, -10, 0, 10, 30, 120];
  const holds: Hold[] = [];
  for (const _ of offsets) holds.push(await holdThatEnds(600_000));
  const outcomes = await Promise.all(
    holds.map(async (hold, index) => {
      await letHoldEnd(product, hold.id, 2_500);
      const deadline = await deadlineOf(hold.id);
      await wake(product, hold.id);
      const ending = { ...hold, deadline };
      const { answer, inTime } = await signAt(ending, offsets[index] ?? 0);
      const { status } = await untilSettled(ending, answer.status === 202);
      const milestones = await milestonesOf(product, hold.id);
      return { told: answer.status === 202 ? answer.body.late : answer.body.code, inTime, status, milestones };
    }),
  );
  for (const { told, inTime, status, milestones } of outcomes) {
    if (inTime) expect({ told, status }).toEqual({ told: false, status: 'confirmed' });
    else expect([true, 'signing_closed']).toContain(told);
    // Nobody else wanted these times: a late signature gets them back.
    expect(status).toBe(told === 'signing_closed' ? 'expired' : 'confirmed');
    expect(milestones.includes('slot.released') && inTime).toBe(false);
  }
  expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
});

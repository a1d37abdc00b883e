import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GuestBooking } from '#contract/bookings.ts';
import type { Parts } from '#activities/parts.ts';
import {
  bookingToSign,
  isOffered,
  letHoldEnd,
  milestonesOf,
  readMail,
  trailOf,
  untilMailed,
  wake,
} from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
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
let host: TestHost;
let type: TestType;
/** While true, the provider cannot be reached to take a document back: it can still be signed. */
let isProviderAway = false;
const withProviderThatGoesAway = (parts: Parts): Parts => ({
  ...parts,
  signing: {
    ...parts.signing,
    voidEnvelope: (input) =>
      isProviderAway ? Promise.reject(new Error('the provider is away')) : parts.signing.voidEnvelope(input),
  },
});
beforeAll(async () => {
  product = await startProduct({ wrap: withProviderThatGoesAway });
  host = await buildHost(product);
  type = await buildMeetingType(product, host, { nda: true });
});
afterEach(() => {
  isProviderAway = false;
});
afterAll(() => product.stop());

/** A booking whose hold has ended, and whose document is still before the guest. */
async function expiredButSignable() {
  isProviderAway = true;
  const booking = await bookingToSign(product, host, type);
  const session = await openSigning(product, booking.token);
  await letHoldEnd(product, booking.id);
  await wake(product, booking.id);
  await untilStatus(product, booking.token, 'expired');
  await untilMailed(product, booking.id, 2);
  return { ...booking, session };
}

describe('a signature that arrives after the hold has ended', () => {
  it('confirms when no worker was there to end the hold and the slot is still free', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    const session = await openSigning(product, token);
    await product.worker.stop();
    await letHoldEnd(product, id);
    expect(await signTyped(product, token, session)).toMatchObject({ status: 202, body: { late: true } });
    await product.worker.start();
    await untilStatus(product, token, 'confirmed');
    expect(await milestonesOf(product, id)).toEqual([
      'slot.held',
      'nda.created',
      'nda.sent',
      'nda.signed',
      'nda.completed',
      'booking.confirmed',
    ]);
  });

  it('confirms when the hold was ended and the slot is still free: it is taken again', async () => {
    const { id, token, startsAt, session } = await expiredButSignable();
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
    expect(await signTyped(product, token, session)).toMatchObject({ status: 202, body: { late: true } });
    await untilStatus(product, token, 'confirmed');
    expect(await isOffered(product, host, type, startsAt)).toBe(false);
    expect((await milestonesOf(product, id)).slice(3)).toEqual([
      'slot.released',
      'booking.expired',
      'nda.signed',
      'nda.completed',
      'slot.held',
      'booking.confirmed',
    ]);
    expect((await trailOf(product, host, id)).slice(3)).toEqual([
      'booking.expired by system',
      'nda.signed by guest',
      'nda.completed by system',
      'booking.confirmed by system',
    ]);
    await untilMailed(product, id, 4);
    expect((await readMail(product, id, 'booking_confirmed', 'guest')).subject).toMatch(/^Confirmed/);
  });

  it('displaces when another guest has the time: both are told, and the guest chooses another, signed already', async () => {
    const { id, token, startsAt, session } = await expiredButSignable();
    const other = await holdSlot(product, type, startsAt, { guest: { email: 'faster@example.net' } });
    expect(other.status).toBe(201);
    expect(await signTyped(product, token, session)).toMatchObject({ status: 202, body: { late: true } });
    expect(await untilStatus(product, token, 'displaced')).toMatchObject({
      ndaStatus: 'completed',
      canReschedule: true,
      signedDocumentAvailable: true,
    });
    await untilMailed(product, id, 4);
    expect((await readMail(product, id, 'late_signature_taken', 'guest')).subject).toMatch(/^Please choose another/);
    expect((await readMail(product, id, 'late_signature_taken', 'host')).subject).toMatch(/^Signed late/);
    expect(await untilStatus(product, other.body.token, 'held')).toMatchObject({ startsAt });

    const elsewhere = await findSlot(product, host, type, 3);
    const moved = await send<GuestBooking>(product, 'POST', '/my-booking/reschedule', {
      token,
      body: { startsAt: elsewhere },
    });
    expect(moved).toMatchObject({ status: 200, body: { status: 'confirmed', startsAt: elsewhere } });
    await untilMailed(product, id, 6);
    const mail = await readMail(product, id, 'booking_confirmed', 'guest');
    expect(mail.attachments.map(({ contentType }) => contentType)).toContain('application/pdf');
    expect((await factsOf(product, id)).filter(({ type: name }) => name === 'nda.signed')).toMatchObject([
      { data: { late: true } },
    ]);
  });
});

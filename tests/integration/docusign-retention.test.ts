import { afterAll, beforeAll, expect, it } from 'vitest';
import { asHost, bookingToSign, letMeetingPass, type HeldBooking } from '#tests/booking-actions.ts';
import { startDocusignProduct, type DocusignProduct } from '#tests/docusign-product.ts';
import { applyRetentionNow, objectsOfBooking, placesOf, storedObjects } from '#tests/kept.ts';
import { grace, readAsHost, send, untilStatus } from '#tests/people.ts';

let started: DocusignProduct;
beforeAll(async () => {
  started = await startDocusignProduct();
});
afterAll(() => started.stop());

/** Signed at DocuSign, fetched from there, and met forty days ago. */
async function signedThereAndMet(): Promise<HeldBooking> {
  const { product, host, type, actAtProvider } = started;
  const booking = await bookingToSign(product, host, type);
  await actAtProvider(booking, { act: 'sign' });
  await untilStatus(product, booking.token, 'confirmed');
  await letMeetingPass(product, host, booking.id, 40);
  return booking;
}

const signedDocument = ({ token }: HeldBooking) =>
  send(started.product, 'GET', '/my-booking/document.pdf', { token }).then(({ status }) => status);

it('documents that were fetched from DocuSign go by the retention policy, and stay while a legal hold stands', async () => {
  const { product, host, envelopesOnRecord } = started;
  const [gone, held] = [await signedThereAndMet(), await signedThereAndMet()];
  const [goneKeys, heldKeys] = [await objectsOfBooking(product, gone.id), await objectsOfBooking(product, held.id)];
  expect([goneKeys.length, heldKeys.length]).toEqual([2, 2]);
  await asHost(product, host, `/bookings/${held.id}/legal-hold`, { reason: 'It goes to court.' }, 'PUT');
  await asHost(product, host, '/organization/retention', { retentionDays: 30 }, 'PUT');

  expect(await applyRetentionNow(product)).toMatchObject({ bookings: 1, documents: 2, failures: 0 });
  const left = storedObjects(product);
  expect([...goneKeys, ...heldKeys].map((key) => left.has(key))).toEqual([false, false, true, true]);
  expect(await readAsHost(product, host, gone.id)).toMatchObject({ guest: { name: '', email: '' }, documents: [] });
  expect([await signedDocument(gone), await signedDocument(held)]).toEqual([404, 200]);
  expect((await readAsHost(product, host, held.id)).guest.name).toBe(grace.name);

  await asHost(product, host, `/bookings/${held.id}/legal-hold`, undefined, 'DELETE');
  expect(await applyRetentionNow(product)).toMatchObject({ bookings: 1, documents: 2, failures: 0 });
  for (const key of heldKeys) expect(storedObjects(product).has(key)).toBe(false);
  expect(await placesOf(product, [grace.name, grace.email])).toEqual([]);
  // That there was an envelope stays, as times and states do.
  expect(await envelopesOnRecord(gone.id)).toBe(1);
}, 180_000);

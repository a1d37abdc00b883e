import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '#runtime/logging.ts';
import { asHost, confirmedBooking } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, eventually, readAsHost, send } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
const lines: string[] = [];
beforeAll(async () => {
  const logger = createLogger('test', 'trace', { write: (line) => void lines.push(line) });
  product = await startProduct({ logger });
});
afterAll(() => product.stop());

type Entry = { msg: string; bookingId?: string; traceId?: string; activity?: string; route?: string; status?: number };
const entries = (): Entry[] => lines.map((line) => JSON.parse(line) as Entry);

it('what is logged of a whole booking can be followed by one id, and names nobody and no secret', async () => {
  const host = await buildHost(product);
  const type = await buildMeetingType(product, host, { nda: true });
  const booking = await confirmedBooking(product, host, type);
  await send(product, 'GET', '/my-booking', { token: 'a-token-that-nobody-has-0123456789abcdef' });
  expect((await asHost(product, host, `/bookings/${booking.id}/cancel`)).status).toBeLessThan(300);
  await eventually(
    () => readAsHost(product, host, booking.id),
    ({ status }) => status === 'canceled',
  );

  const ofBooking = await eventually(
    async () => entries().filter(({ bookingId }) => bookingId === booking.id),
    (found) => found.some(({ route }) => route === 'hostCancel'),
  );
  const activities = new Set(ofBooking.map(({ activity }) => activity));
  for (const step of ['holdSlot', 'createAgreement', 'sendEnvelope', 'collectSigned', 'confirmBooking', 'sendMails'])
    expect(activities).toContain(step);
  expect(ofBooking).toContainEqual(expect.objectContaining({ route: 'hold', status: 201 }));
  expect(new Set(ofBooking.map(({ traceId }) => traceId))).toEqual(new Set([booking.id.replaceAll('-', '')]));
  const answered = entries().filter(({ msg }) => msg === 'a request was answered');
  expect(answered.filter(({ traceId }) => !/^[\da-f]{32}$/.test(traceId ?? ''))).toEqual([]);

  const all = lines.join('');
  const cookie = /countersign=([^;]+)/.exec(host.cookie)?.[1] ?? host.cookie;
  const masterKey = product.env['MASTER_KEY'] ?? '';
  for (const secret of [
    'grace@example.net',
    'Grace',
    host.email,
    host.password,
    cookie,
    host.csrf,
    booking.token,
    masterKey,
  ]) {
    expect(secret).not.toBe('');
    expect(all).not.toContain(secret);
  }
  expect(all).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'slonik';
import { z } from 'zod';
import type { BookingList, HostBooking } from '#contract/bookings.ts';
import type { DeadLetter } from '#contract/operations.ts';
import { asHost, confirmedBooking, trailOf, type HeldBooking } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  factsOf,
  findSlot,
  grace,
  holdSlot,
  readAsHost,
  readMine,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startPostmarkServer, type PostmarkServer } from '#tests/postmark-server.ts';
import { startProduct, type Product } from '#tests/product.ts';

const secret = 'postmark:a long: secret';
let postmark: PostmarkServer;
let product: Product;
let host: TestHost;
let type: TestType;
beforeAll(async () => {
  postmark = await startPostmarkServer();
  const env = {
    MAIL_DRIVER: 'postmark',
    POSTMARK_TOKEN: 'token',
    POSTMARK_API_URL: postmark.url,
    POSTMARK_WEBHOOK_SECRET: secret,
  };
  product = await startProduct({ env: { ...env, OPERATOR_EMAILS: 'operator@example.org' } });
  host = await buildHost(product, { email: 'operator@example.org' });
  type = await buildMeetingType(product, host);
});
afterAll(async () => {
  await product.stop();
  postmark.close();
});

/** As Postmark sends it; with other credentials it is somebody else's. */
async function post(record: object, credentials = secret) {
  const response = await fetch(`${product.baseUrl}/api/v1/webhooks/mail/postmark`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(credentials && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
    body: JSON.stringify(record),
  });
  return { status: response.status, body: (await response.json()) as { status?: string; code?: string } };
}

type Taken = PostmarkServer['taken'][number];

const bounceOf = (mail: Taken, more: object = {}) => ({
  RecordType: 'Bounce',
  ID: 692_560_173,
  Type: 'HardBounce',
  MessageID: mail.messageId,
  Metadata: { messageKey: mail.messageKey },
  Description: 'The server was unable to deliver your message.',
  Details: 'smtp;550 5.1.1 no such user',
  Email: mail.to,
  BouncedAt: new Date().toISOString(),
  Inactive: true,
  ...more,
});
const deliveryOf = (mail: Taken) => ({
  RecordType: 'Delivery',
  MessageID: mail.messageId,
  Recipient: mail.to,
  DeliveredAt: new Date().toISOString(),
  Details: 'Test delivery details',
  Metadata: { messageKey: mail.messageKey },
});

/** A confirmed booking, and its confirmation to the guest as Postmark took it. */
async function mailedBooking(): Promise<{ booking: HeldBooking; mail: Taken }> {
  const booking = await confirmedBooking(product, host, type);
  return { booking, mail: await newestMailOf(booking.id) };
}

async function newestMailOf(bookingId: string): Promise<Taken> {
  const { messages } = await readAsHost(product, host, bookingId);
  const { id } = messages.findLast(({ recipient }) => recipient === 'guest') ?? {};
  return eventually(
    async () => postmark.taken.find(({ messageKey }) => messageKey === id) as Taken,
    (found) => found !== undefined,
  );
}

const guestMailsOf = async (bookingId: string) =>
  (await readAsHost(product, host, bookingId)).messages.filter(({ recipient }) => recipient === 'guest');
const needingLook = async () =>
  (await asHost<z.infer<typeof BookingList>>(product, host, '/bookings?view=attention', undefined, 'GET')).body.items;

describe('a webhook of the mail provider', () => {
  it('with wrong credentials or none is refused, and nothing of it is stored', async () => {
    const { booking, mail } = await mailedBooking();
    for (const credentials of ['postmark:guessed', ''])
      expect(await post(bounceOf(mail), credentials)).toMatchObject({ status: 401, body: { code: 'webhook_forged' } });
    expect((await guestMailsOf(booking.id)).map(({ status }) => status)).toEqual(['sent']);
    const stored = z.object({ count: z.number() });
    expect(
      await product.shared.database.oneFirst(sql.type(stored)`select count(*) as count from webhook_receipt`),
    ).toBe(0);
  });

  it('tells of a delivery once, however often it comes, and in whichever order', async () => {
    const { booking, mail } = await mailedBooking();
    expect(await post(deliveryOf(mail))).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(await post(deliveryOf(mail))).toMatchObject({ status: 200, body: { status: 'repeated' } });
    expect(await guestMailsOf(booking.id)).toMatchObject([{ status: 'delivered', failure: null }]);
    expect(await trailOf(product, host, booking.id)).toContain('mail.delivered by provider');
    const told = (await factsOf(product, booking.id)).filter(({ type: name }) => name === 'notify.email.delivered');
    expect(told).toHaveLength(1);
    // The guest's side thought better of it: that says more. A delivery that is told late says less.
    await post(bounceOf(mail, { RecordType: 'SpamComplaint', Type: 'SpamComplaint' }));
    await post({ ...deliveryOf(mail), DeliveredAt: new Date().toISOString() });
    expect(await guestMailsOf(booking.id)).toMatchObject([{ status: 'complained' }]);
  });

  it('is kept without the addresses that the mail server named', async () => {
    const { booking, mail } = await mailedBooking();
    const [name] = grace.email.split('@');
    const Details = `smtp;550 5.1.1 <${grace.email}>: user ${name} unknown`;
    await post(bounceOf(mail, { Details, Description: `Unable to deliver to ${grace.email}.` }));
    const [told] = await guestMailsOf(booking.id);
    expect(told?.failure).toBe('HardBounce: Unable to deliver to ….: smtp;550 5.1.1 <…>: user … unknown');
  });

  it('of a bounce shows on the booking with the reason; with the corrected address the mail leaves again', async () => {
    const { booking, mail } = await mailedBooking();
    expect(await post(bounceOf(mail))).toMatchObject({ body: { status: 'accepted' } });
    const seen = await readAsHost(product, host, booking.id);
    expect(seen.attention).toMatchObject({ step: 'guest_address', reason: 'bounced' });
    expect(seen.messages.find(({ id }) => id === mail.messageKey)).toMatchObject({
      status: 'bounced',
      failure: expect.stringContaining('550 5.1.1 no such user') as string,
    });
    expect((await needingLook()).map(({ id }) => id)).toContain(booking.id);
    expect(await readMine(product, booking.token)).toMatchObject({ addressFails: true, delayed: false });

    const email = 'grace.right@example.net';
    const corrected = await asHost<HostBooking>(product, host, `/bookings/${booking.id}/guest-email`, { email });
    expect(corrected).toMatchObject({ status: 200, body: { attention: null, guest: { email } } });
    await eventually(
      async () => postmark.taken,
      (taken) => taken.some(({ to }) => to === email),
    );
    expect((await needingLook()).map(({ id }) => id)).not.toContain(booking.id);
    expect(await readMine(product, booking.token)).toMatchObject({ addressFails: false, guest: { email } });
    expect(await trailOf(product, host, booking.id)).toContain('guest.email_corrected by host');
    const found = await asHost<z.infer<typeof BookingList>>(
      product,
      host,
      '/bookings?view=all&q=grace.right',
      undefined,
      'GET',
    );
    expect(found.body.items.map(({ id }) => id)).toEqual([booking.id]);
    // The trail names neither address.
    const trail = await asHost(product, host, `/bookings/${booking.id}/audit`, undefined, 'GET');
    expect(JSON.stringify(trail.body)).not.toMatch(/example\.net/);
  });

  it('of a delay leaves the mail under way, and says why it takes long', async () => {
    const { booking, mail } = await mailedBooking();
    await post(bounceOf(mail, { Type: 'Transient', Inactive: false, Details: 'mailbox busy' }));
    expect(await guestMailsOf(booking.id)).toMatchObject([
      { status: 'sent', failure: expect.stringContaining('mailbox busy') as string },
    ]);
    expect((await readAsHost(product, host, booking.id)).attention).toBeNull();
  });

  it('about a mail that is not ours becomes one dead letter; one that is unreadable too, one without meaning none', async () => {
    const stranger = { messageKey: randomUUID(), messageId: randomUUID(), to: 'x@example.net' };
    expect(await post(bounceOf(stranger))).toMatchObject({ status: 200, body: { status: 'dead_letter' } });
    expect(await post(bounceOf(stranger))).toMatchObject({ status: 200, body: { status: 'dead_letter' } });
    expect(await post({ RecordType: 'Bounce' })).toMatchObject({ status: 200, body: { status: 'dead_letter' } });
    expect(await post({ RecordType: 'Open' })).toMatchObject({ status: 200, body: { status: 'ignored' } });
    const { body } = await asHost<{ items: z.infer<typeof DeadLetter>[] }>(
      product,
      host,
      '/installation/dead-letters',
      undefined,
      'GET',
    );
    expect(body.items.map(({ source }) => source)).toEqual(['mail:postmark', 'mail:postmark']);
    const unknown = body.items.find(({ reason }) => reason.startsWith('No mail of ours'));
    const replayed = await asHost(product, host, `/installation/dead-letters/${unknown?.id}/replay`);
    expect(replayed).toMatchObject({ status: 200, body: { replayedAt: null } });
  });
});

describe('an address that is refused when the mail is handed over', () => {
  it('shows like a bounce, and is corrected the same way', async () => {
    postmark.inactive.add('gone@example.net');
    const guest = { ...grace, email: 'gone@example.net' };
    const { body } = await holdSlot(product, type, await findSlot(product, host, type), { guest });
    const seen = await eventually(
      () => readAsHost(product, host, body.booking.id),
      ({ attention }) => attention !== null,
    );
    expect(seen.attention).toMatchObject({ step: 'guest_address', reason: 'failed' });
    const email = 'here@example.net';
    await asHost(product, host, `/bookings/${body.booking.id}/guest-email`, { email });
    await eventually(
      async () => postmark.taken,
      (taken) => taken.some(({ to }) => to === email),
    );
    expect((await readAsHost(product, host, body.booking.id)).attention).toBeNull();
  });

  it('of a booking that is over cannot be corrected any more', async () => {
    const { id } = await confirmedBooking(product, host, type);
    await asHost(product, host, `/bookings/${id}/cancel`);
    const late = await asHost(product, host, `/bookings/${id}/guest-email`, { email: 'new@example.net' });
    expect(late).toMatchObject({ status: 409, body: { code: 'booking_over' } });
  });
});

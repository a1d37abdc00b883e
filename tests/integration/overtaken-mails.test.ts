import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { QuerySqlToken } from 'slonik';
import type { Parts } from '#activities/parts.ts';
import {
  asHost,
  confirmedBooking,
  mailsOf,
  trailOf,
  untilMailed,
  wake,
  type StoredMail,
} from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  factsOf,
  findSlot,
  holdSlot,
  openSigning,
  readAsHost,
  send,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startMailServer, type MailServer } from '#tests/mail-server.ts';
import { startProduct, type Product } from '#tests/product.ts';

let server: MailServer;
let product: Product;
let host: TestHost;
let plain: TestType;
let signed: TestType;
/** What happens between a mail's leaving and the note of it. */
let afterLeaving = () => Promise.resolve();
/** So many notes are lost from now on: the database goes away between a mail's leaving and the note of it. */
let notesToLose = 0;
const slowToNote = (parts: Parts): Parts => ({
  ...parts,
  database: new Proxy(parts.database, {
    get: (database, name) => {
      if (name !== 'query') return Reflect.get(database, name) as unknown;
      return (statement: QuerySqlToken) => {
        if (notesToLose === 0 || !statement.sql.includes('update message')) return database.query(statement);
        notesToLose -= 1;
        return Promise.reject(new Error('the connection was lost'));
      };
    },
  }),
  mailer: {
    name: parts.mailer.name,
    send: async (mail) => {
      const outcome = await parts.mailer.send(mail);
      await afterLeaving();
      return outcome;
    },
    close: () => parts.mailer.close(),
  },
});
beforeAll(async () => {
  server = await startMailServer();
  product = await startProduct({ env: { MAIL_DRIVER: 'smtp', SMTP_URL: server.url }, wrap: slowToNote });
  host = await buildHost(product);
  plain = await buildMeetingType(product, host);
  signed = await buildMeetingType(product, host, { nda: true });
});
afterAll(async () => {
  await product.stop();
  await server.goAway();
});
afterEach(async () => {
  await server.goAway();
  await server.comeBack();
});

/** A booking whose confirmations wait: the mail server is away. */
async function bookedWithoutMail(guest: { email: string }) {
  await server.goAway();
  const startsAt = await findSlot(product, host, plain);
  const { body } = await holdSlot(product, plain, startsAt, { guest });
  await eventually(
    () => mailsOf(product, body.booking.id),
    (mails) => mails.length === 2,
  );
  return { id: body.booking.id, token: body.token };
}

/** The server is back, and the workflow need not wait for its own next try. */
async function untilSettled(bookingId: string): Promise<StoredMail[]> {
  await server.comeBack();
  return eventually(
    async () => {
      await wake(product, bookingId);
      return mailsOf(product, bookingId);
    },
    (mails) => mails.every(({ status }) => status !== 'requested'),
    60_000,
  );
}

const outline = (mails: StoredMail[]) =>
  mails.map((mail) => `${mail.kind} to ${mail.recipient}: ${mail.status}`).sort();
const subjectsTo = (address: string) =>
  server.received.filter(({ to }) => to === address).map(({ mail }) => mail.subject?.split(':')[0]);

it('a mail that is overtaken in the moment in which it leaves counts as sent: it was', async () => {
  const noted = Promise.withResolvers<void>();
  afterLeaving = () => noted.promise;
  const email = 'just-left@example.net';
  const before = server.received.length;
  const { body } = await holdSlot(product, plain, await findSlot(product, host, plain), { guest: { email } });
  const { booking, token } = body;
  await eventually(
    () => Promise.resolve(server.received.length - before),
    (count) => count === 2,
  );
  expect((await send(product, 'POST', '/my-booking/cancel', { token, body: {} })).status).toBe(200);
  noted.resolve();
  afterLeaving = () => Promise.resolve();
  await untilMailed(product, booking.id, 4);
  expect(outline(await mailsOf(product, booking.id))).toEqual([
    'booking_canceled to guest: sent',
    'booking_canceled to host: sent',
    'booking_confirmed to guest: sent',
    'booking_confirmed to host: sent',
  ]);
  const sent = (await factsOf(product, booking.id)).filter(({ type }) => type === 'notify.email.sent');
  expect(sent).toHaveLength(4);
}, 120_000);

it('mails whose note was lost with the database are noted later, and leave no second time', async () => {
  const email = 'not-noted@example.net';
  const before = server.received.length;
  let asked = 0;
  afterLeaving = () => {
    // The note of both, and of each by itself.
    if (asked === 0) notesToLose = 3;
    asked += 1;
    return Promise.resolve();
  };
  const { body } = await holdSlot(product, plain, await findSlot(product, host, plain), { guest: { email } });
  await untilMailed(product, body.booking.id, 2);
  afterLeaving = () => Promise.resolve();
  expect(asked).toBe(4);
  expect(server.received.slice(before)).toHaveLength(2);
});

it('an address that is put off keeps the other’s mail from nothing, and each arrives once', async () => {
  const email = 'put-off@example.net';
  server.puttingOff.add(email);
  const before = server.received.length;
  const { body } = await holdSlot(product, plain, await findSlot(product, host, plain), { guest: { email } });
  const { id } = body.booking;
  await eventually(
    () => mailsOf(product, id),
    (mails) => mails.some(({ status }) => status === 'sent'),
  );
  expect(outline(await mailsOf(product, id))).toEqual([
    'booking_confirmed to guest: requested',
    'booking_confirmed to host: sent',
  ]);
  server.puttingOff.delete(email);
  await untilMailed(product, id, 2);
  expect(server.received.slice(before).map(({ to }) => to)).toEqual([expect.not.stringContaining(email), email]);
});

describe('while the mail server is away', () => {
  it('a confirmation that waits is overtaken by the cancellation: only that leaves, once', async () => {
    const email = 'overtaken@example.net';
    const { id, token } = await bookedWithoutMail({ email });
    expect((await send(product, 'POST', '/my-booking/cancel', { token, body: {} })).status).toBe(200);
    expect(outline(await mailsOf(product, id)).filter((line) => line.endsWith('superseded'))).toEqual([
      'booking_confirmed to guest: superseded',
      'booking_confirmed to host: superseded',
    ]);
    expect(outline(await untilSettled(id))).toEqual([
      'booking_canceled to guest: sent',
      'booking_canceled to host: sent',
      'booking_confirmed to guest: superseded',
      'booking_confirmed to host: superseded',
    ]);
    expect(subjectsTo(email)).toEqual(['Canceled']);
    const { messages } = await readAsHost(product, host, id);
    expect(messages.filter(({ status }) => status === 'superseded')).toHaveLength(2);
    const told = (await factsOf(product, id)).filter(({ type }) => type === 'notify.email.superseded');
    expect(told).toHaveLength(2);
  }, 120_000);

  it('the invite of a time that was left again never leaves: the newest does', async () => {
    const email = 'mover@example.net';
    const { id, token } = await bookedWithoutMail({ email });
    for (const skip of [3, 6]) {
      const startsAt = await findSlot(product, host, plain, skip);
      const moved = await send(product, 'POST', '/my-booking/reschedule', { token, body: { startsAt } });
      expect(moved.status).toBe(200);
    }
    expect(outline(await untilSettled(id))).toEqual([
      'booking_confirmed to guest: superseded',
      'booking_confirmed to host: superseded',
      'booking_rescheduled to guest: sent',
      'booking_rescheduled to guest: superseded',
      'booking_rescheduled to host: sent',
      'booking_rescheduled to host: superseded',
    ]);
    const invites = server.received
      .filter(({ to }) => to === email)
      .map(({ mail }) => mail.attachments.find(({ mimeType }) => mimeType === 'text/calendar'));
    expect(invites).toHaveLength(1);
    const content = invites[0]?.content ?? '';
    expect(typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString()).toMatch(
      /SEQUENCE:2\r?\n/,
    );
  }, 120_000);

  it('the link to sign does not leave for a hold that its guest let go, and cannot be sent again', async () => {
    await server.goAway();
    const email = 'letgo@example.net';
    const { body } = await holdSlot(product, signed, await findSlot(product, host, signed), { guest: { email } });
    await openSigning(product, body.token);
    expect((await send(product, 'POST', '/my-booking/cancel', { token: body.token, body: {} })).status).toBe(200);
    expect(outline(await untilSettled(body.booking.id))).toEqual(['hold_placed to guest: superseded']);
    const again = await asHost(product, host, `/bookings/${body.booking.id}/resend`, { recipient: 'guest' });
    expect(again).toMatchObject({ status: 409, body: { code: 'nothing_to_resend' } });
    expect((await readAsHost(product, host, body.booking.id)).allowed.resend).toBe(false);
    expect(subjectsTo(email)).toEqual([]);
  }, 120_000);
});

describe('sending again', () => {
  it('after a cancellation sends the cancellation, not the confirmation before it', async () => {
    const { id } = await confirmedBooking(product, host, plain);
    await asHost(product, host, `/bookings/${id}/cancel`);
    await untilMailed(product, id, 4);
    expect((await asHost(product, host, `/bookings/${id}/resend`, { recipient: 'guest' })).status).toBe(200);
    expect((await untilMailed(product, id, 5)).at(-1)).toMatchObject({ kind: 'booking_canceled', recipient: 'guest' });
    expect(await trailOf(product, host, id)).toContain('mail.resent by host');
  });
});

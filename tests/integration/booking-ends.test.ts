import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'slonik';
import { brokenAuditLinks } from '#db/queries/audit.ts';
import type { GuestBooking, HostBooking } from '#contract/bookings.ts';
import {
  asHost,
  bookingToSign,
  confirmedBooking,
  envelopeStatusOf,
  isOffered,
  letHoldEnd,
  mailsOf,
  milestonesOf,
  readMail,
  trailOf,
  untilMailed,
  wake,
} from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  grace,
  holdSlot,
  openSigning,
  readAsHost,
  send,
  untilStatus,
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

const untilEnvelope = (bookingId: string, status: string) =>
  eventually(
    () => envelopeStatusOf(product, bookingId),
    (now) => now === status,
  );

describe('a hold that runs out', () => {
  it('frees the slot at once, voids the envelope, tells the guest, and lets another guest have the time', async () => {
    const { id, token, startsAt } = await bookingToSign(product, host, type);
    expect(await isOffered(product, host, type, startsAt)).toBe(false);
    await letHoldEnd(product, id, 300);
    await wake(product, id);
    expect((await untilStatus(product, token, 'expired')).canCancel).toBe(false);
    expect(await isOffered(product, host, type, startsAt)).toBe(true);

    const next = await holdSlot(product, type, startsAt, { guest: { email: 'next@example.net' } });
    expect(next.status).toBe(201);
    await untilEnvelope(id, 'voided');
    await untilMailed(product, id, 2);
    expect((await mailsOf(product, id)).map(({ kind, recipient }) => `${kind} to ${recipient}`)).toEqual([
      'hold_placed to guest',
      'hold_expired to guest',
    ]);
    expect((await readMail(product, id, 'hold_expired', 'guest')).subject).toMatch(/^No longer held/);
    expect(await milestonesOf(product, id)).toEqual([
      'slot.held',
      'nda.created',
      'nda.sent',
      'slot.released',
      'booking.expired',
      'nda.voided',
    ]);
    expect(await send(product, 'GET', '/my-booking/signing', { token })).toMatchObject({
      status: 409,
      body: { code: 'signing_closed' },
    });
  });

  it('makes room for the next guest even before anybody has ended it', async () => {
    const { id, token, startsAt } = await bookingToSign(product, host, type);
    // Its own workflow is not told, and would look minutes from now.
    await letHoldEnd(product, id);
    const next = await holdSlot(product, type, startsAt, { guest: { email: 'next@example.net' } });
    expect(next.status).toBe(201);
    await untilStatus(product, token, 'expired');
  });

  it('lasts as long as the meeting type says', async () => {
    const short = await buildMeetingType(product, host, { nda: true, holdMinutes: 1 });
    const { token } = await bookingToSign(product, host, short);
    const held = await untilStatus(product, token, 'held');
    const lengthMs = Date.parse(held.holdExpiresAt ?? '') - Date.parse(held.timeline[0]?.at ?? '');
    expect(lengthMs).toBe(60_000);
  });
});

describe('a guest who does not want to sign', () => {
  it('declines with a reason: the slot is free, the host reads why, and nothing can be signed any more', async () => {
    const { id, token, startsAt } = await bookingToSign(product, host, type);
    const session = await openSigning(product, token);
    const declined = await send<GuestBooking>(product, 'POST', '/my-booking/signing/decline', {
      token,
      body: { reason: 'Clause 4 is too wide for us.' },
    });
    expect(declined).toMatchObject({ status: 200, body: { status: 'declined', ndaStatus: 'declined' } });
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
    expect(await envelopeStatusOf(product, id)).toBe('declined');
    await untilMailed(product, id, 2);
    expect((await readMail(product, id, 'booking_declined', 'host')).text).toContain('Clause 4 is too wide for us.');
    const seen = await readAsHost(product, host, id);
    expect(seen.envelope).toMatchObject({ status: 'declined', declineReason: 'Clause 4 is too wide for us.' });
    expect(await trailOf(product, host, id)).toEqual([
      'slot.held by guest',
      'nda.created by system',
      'nda.sent by system',
      'nda.declined by guest',
    ]);
    const late = await send(product, 'POST', '/my-booking/signing/signature', {
      token,
      body: {
        consent: true,
        disclosureSha256: session.disclosure.sha256,
        documentSha256: session.document.sha256,
        mark: { kind: 'typed', text: grace.name },
      },
    });
    expect(late).toMatchObject({ status: 409, body: { code: 'signing_not_open' } });
  });

  it('cancels during signing: the slot is free, the envelope is voided, and a second cancel changes nothing', async () => {
    const { id, token, startsAt } = await bookingToSign(product, host, type);
    const cancel = () => send<GuestBooking>(product, 'POST', '/my-booking/cancel', { token, body: {} });
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
    await untilEnvelope(id, 'voided');
    expect(await cancel()).toMatchObject({ status: 409, body: { code: 'booking_over' } });
    expect(await milestonesOf(product, id)).toEqual([
      'slot.held',
      'nda.created',
      'nda.sent',
      'slot.released',
      'booking.canceled',
      'nda.voided',
    ]);
  });
});

describe('a host', () => {
  it('releases a slot that is only held: the guest is told, the envelope voided', async () => {
    const { id, token, startsAt } = await bookingToSign(product, host, type);
    const released = await asHost<HostBooking>(product, host, `/bookings/${id}/release`, { reason: 'No time.' });
    expect(released).toMatchObject({ status: 200, body: { status: 'released', allowed: { release: false } } });
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
    await untilEnvelope(id, 'voided');
    await untilMailed(product, id, 2);
    const mail = await readMail(product, id, 'booking_canceled', 'guest');
    expect(mail.text).toContain('No time.');
    // It was in nobody's calendar.
    expect(mail.attachments).toEqual([]);
    expect((await trailOf(product, host, id)).slice(3)).toEqual(['slot.released by host', 'nda.voided by system']);
    expect(await untilStatus(product, token, 'released')).toMatchObject({ ndaStatus: 'voided' });
  });

  it('cancels a confirmed booking with a reason: both calendars are told by METHOD:CANCEL, the NDA stays signed', async () => {
    const { id, startsAt } = await confirmedBooking(product, host, type);
    const canceled = await asHost<HostBooking>(product, host, `/bookings/${id}/cancel`, { reason: 'I am ill.' });
    expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled', ndaStatus: 'completed' } });
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
    await untilMailed(product, id, 5);
    for (const recipient of ['guest', 'host'] as const) {
      const mail = await readMail(product, id, 'booking_canceled', recipient);
      const invite = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
      expect(invite?.method).toBe('CANCEL');
      expect(Buffer.from(invite?.content ?? []).toString()).toMatch(/SEQUENCE:1\r?\n/);
    }
    expect((await readMail(product, id, 'booking_canceled', 'guest')).text).toContain('I am ill.');
    expect((await trailOf(product, host, id)).at(-1)).toBe('booking.canceled by host');
    expect(canceled.body.documents.map(({ kind }) => kind).sort()).toEqual(['agreement', 'signed']);
  });

  it('cannot release what is confirmed, nor help a booking that needs none', async () => {
    const { id } = await confirmedBooking(product, host, type);
    expect(await asHost(product, host, `/bookings/${id}/release`)).toMatchObject({
      status: 409,
      body: { code: 'booking_not_held' },
    });
    expect(await asHost(product, host, `/bookings/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'nothing_to_retry' },
    });
  });

  it('has the confirmation sent again, to one or to both, each time asked', async () => {
    const { id } = await confirmedBooking(product, host, type);
    expect((await asHost(product, host, `/bookings/${id}/resend`, { recipient: 'guest' })).status).toBe(200);
    expect((await asHost(product, host, `/bookings/${id}/resend`, { recipient: 'both' })).status).toBe(200);
    const mails = await untilMailed(product, id, 6);
    expect(mails.map(({ kind, recipient }) => `${kind} to ${recipient}`).sort()).toEqual([
      'booking_confirmed to guest',
      'booking_confirmed to guest',
      'booking_confirmed to guest',
      'booking_confirmed to host',
      'booking_confirmed to host',
      'hold_placed to guest',
    ]);
    const again = await readMail(product, id, 'booking_confirmed', 'guest');
    expect(again.attachments.map(({ contentType }) => contentType).sort()).toContain('application/pdf');
    expect((await trailOf(product, host, id)).filter((line) => line === 'mail.resent by host')).toHaveLength(2);
  });

  it('has the booking’s own mail sent again, not the reminder that came after it', async () => {
    const { id, token } = await confirmedBooking(product, host, type);
    await product.shared.database.query(sql.unsafe`
      insert into message (organization_id, booking_id, message_key, kind, recipient, status, sent_at)
      values (${host.organizationId}, ${id}, ${`${id}:reminder:60:0:guest`}, 'reminder', 'guest', 'sent', now())`);
    expect((await asHost(product, host, `/bookings/${id}/resend`, { recipient: 'guest' })).status).toBe(200);
    expect((await untilMailed(product, id, 5)).at(-1)).toMatchObject({ kind: 'booking_confirmed' });
    // The booking still answers: its workflow can read where it stands.
    expect(await send(product, 'POST', '/my-booking/cancel', { token, body: {} })).toMatchObject({ status: 200 });
  });
});

it('the audit trail of all this holds together as one chain', async () => {
  expect(await brokenAuditLinks(product.shared.database, host.organizationId)).toEqual([]);
});

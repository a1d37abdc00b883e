import { unzipSync } from 'fflate';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { GuestBooking, HostBooking } from '#contract/bookings.ts';
import { signInCeremony } from '#db/changes/sign.ts';
import {
  asHost,
  askForRenewal,
  confirmedBooking,
  envelopeStatusOf,
  isOffered,
  letHoldEnd,
  milestonesOf,
  readMail,
  trailOf,
  untilMailed,
  wake,
  type HeldBooking,
} from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  factsOf,
  findSlot,
  grace,
  holdSlot,
  openSigning,
  readAsHost,
  readMine,
  send,
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
  await askForRenewal(product, host);
  type = await buildMeetingType(product, host, { nda: true });
});
afterAll(() => product.stop());

type Answer = GuestBooking & { code?: string };
const asGuest = (token: string, what: string, body: unknown = { reason: '' }) =>
  send<Answer>(product, 'POST', `/my-booking/${what}`, { token, body });
const liveClaimsOf = (bookingId: string) =>
  product.shared.database.any(sql.type(z.object({ from: z.date(), isMove: z.boolean() }))`
    select lower(during) as "from", is_move as "isMove" from claim where booking_id = ${bookingId} and is_live order by is_move`);

/** A confirmed booking whose guest asked for another time, with the document to sign for it at hand. */
async function movingBooking(): Promise<HeldBooking & { to: string }> {
  const booking = await confirmedBooking(product, host, type);
  const to = await findSlot(product, host, type, 4);
  const asked = await asGuest(booking.token, 'reschedule', { startsAt: to });
  expect(asked).toMatchObject({ status: 200, body: { status: 'confirmed', startsAt: booking.startsAt, sequence: 0 } });
  expect(asked.body.move).toMatchObject({ startsAt: to, by: 'guest' });
  await openSigning(product, booking.token);
  await untilMailed(product, booking.id, 5);
  return { ...booking, to };
}

/** The booking once no move is pending any more. */
const untilSettled = (token: string) =>
  eventually(
    () => readMine(product, token),
    ({ move, ndaStatus }) => move === null && ndaStatus === 'completed',
  );

async function expectStayed({ id, token, startsAt, to }: HeldBooking & { to: string }): Promise<void> {
  expect(await untilSettled(token)).toMatchObject({ status: 'confirmed', startsAt, sequence: 0, canReschedule: true });
  expect(await liveClaimsOf(id)).toEqual([{ from: new Date(startsAt), isMove: false }]);
  expect(await isOffered(product, host, type, to)).toBe(true);
  await eventually(
    () => envelopeStatusOf(product, id),
    (status) => status === 'voided' || status === 'declined',
  );
  expect(await readMine(product, token)).toMatchObject({ ndaStatus: 'completed', signedDocumentAvailable: true });
}

describe('moving a meeting whose NDA is to be signed anew', () => {
  it('holds the new time beside the old one, for nobody else, and tells both of them', async () => {
    const { id, token, startsAt, to } = await movingBooking();
    expect(await liveClaimsOf(id)).toEqual([
      { from: new Date(startsAt), isMove: false },
      { from: new Date(to), isMove: true },
    ]);
    for (const time of [startsAt, to]) {
      expect(await isOffered(product, host, type, time)).toBe(false);
      const other = await holdSlot(product, type, time, { guest: { email: 'other@example.net' } });
      expect(other).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
    }
    expect((await readMail(product, id, 'move_to_sign', 'guest')).subject).toMatch(/^Sign to move to/);
    expect((await readMail(product, id, 'move_to_sign', 'host')).subject).toMatch(/^Waiting for a signature/);
    const elsewhere = { startsAt: await findSlot(product, host, type, 9) };
    expect(await asGuest(token, 'reschedule', elsewhere)).toMatchObject({
      status: 409,
      body: { code: 'move_pending' },
    });
    expect(await readAsHost(product, host, id)).toMatchObject({ move: { startsAt: to }, allowed: { release: true } });
  });

  it('moves when it is signed in time: one booking, a higher sequence, both signed documents kept', async () => {
    const { id, token, startsAt, to } = await movingBooking();
    const first = await readAsHost(product, host, id);
    const session = await openSigning(product, token);
    expect(session.document.html).toContain(timeInText(to));
    expect(await signTyped(product, token, session)).toMatchObject({ status: 202, body: { late: false } });
    expect(await untilSettled(token)).toMatchObject({ status: 'confirmed', startsAt: to, sequence: 1 });
    expect(await liveClaimsOf(id)).toEqual([{ from: new Date(to), isMove: false }]);
    expect(await isOffered(product, host, type, startsAt)).toBe(true);

    const { documents } = await readAsHost(product, host, id);
    const hashesOf = (all: HostBooking['documents']) => all.map(({ kind, sha256 }) => `${kind} ${sha256}`);
    expect(documents.map(({ kind }) => kind).filter((kind) => kind === 'signed')).toHaveLength(2);
    expect(hashesOf(documents)).toEqual(expect.arrayContaining(hashesOf(first.documents)));

    await untilMailed(product, id, 7);
    const mail = await readMail(product, id, 'booking_rescheduled', 'guest');
    const invite = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
    expect(Buffer.from(invite?.content ?? []).toString()).toMatch(/SEQUENCE:1\r?\n/);
    expect((await milestonesOf(product, id)).slice(6)).toEqual([
      'slot.held',
      'nda.created',
      'nda.sent',
      'nda.signed',
      'nda.completed',
      'slot.released',
      'slot.held',
      'booking.rescheduled',
    ]);
    const moved = (await factsOf(product, id)).find((fact) => fact.type === 'booking.rescheduled');
    expect(moved?.data).toMatchObject({ fromStartsAt: startsAt, startsAt: to, sequence: 1 });

    const headers = { authorization: `Bearer ${token}` };
    const zip = await fetch(`${product.baseUrl}/api/v1/my-booking/export.zip`, { headers });
    const kept = Buffer.from(unzipSync(new Uint8Array(await zip.arrayBuffer()))['guest.json'] ?? []).toString();
    const signing = { status: 'completed', typedName: grace.name };
    expect(JSON.parse(kept)).toMatchObject({ bookings: [{ signing, earlierSignings: [signing] }] });
  });

  it('stays at the old time when the new one’s hold runs out, and the new time is free again', async () => {
    const moving = await movingBooking();
    await letHoldEnd(product, moving.id);
    await wake(product, moving.id);
    await expectStayed(moving);
    await untilMailed(product, moving.id, 7);
    const mail = await readMail(product, moving.id, 'move_ended', 'guest');
    expect([mail.subject, mail.text]).toEqual([
      expect.stringMatching(/^Not moved/),
      expect.stringContaining('not signed in time'),
    ]);
    const other = await holdSlot(product, type, moving.to, { guest: { email: 'next@example.net' } });
    expect(other.status).toBe(201);
  });

  it('makes way for another guest when its hold ran out and nobody has ended it yet', async () => {
    const moving = await movingBooking();
    await letHoldEnd(product, moving.id);
    expect(await isOffered(product, host, type, moving.to)).toBe(true);
    expect((await holdSlot(product, type, moving.to, { guest: { email: 'quick@example.net' } })).status).toBe(201);
    expect(await untilSettled(moving.token)).toMatchObject({ startsAt: moving.startsAt });
  });

  it('stays at the old time when the guest does not want to sign', async () => {
    const moving = await movingBooking();
    expect((await asGuest(moving.token, 'signing/decline', { reason: 'No.' })).status).toBe(200);
    await expectStayed(moving);
    await untilMailed(product, moving.id, 7);
    expect((await readMail(product, moving.id, 'move_ended', 'host')).text).toContain('was not signed');
  });

  it('is not signed by a signature for another time, which took as long to arrive as it took to move again', async () => {
    const moving = await movingBooking();
    const { id, token } = moving;
    const shown = await openSigning(product, token);
    expect((await asGuest(token, 'give-up-move')).status).toBe(200);
    await expectStayed(moving);
    const again = { startsAt: await findSlot(product, host, type, 6) };
    expect((await asGuest(token, 'reschedule', again)).status).toBe(200);
    const session = await openSigning(product, token);
    expect(session.document.sha256).not.toBe(shown.document.sha256);
    const completion = {
      isCodeRequired: false,
      disclosureVersion: '1',
      disclosureSha256: shown.disclosure.sha256,
      documentSha256: shown.document.sha256,
      mark: { kind: 'typed' as const, cipher: Buffer.from('Grace') },
      ip: null,
      userAgent: null,
    };
    const sign = signInCeremony(product.shared.database, product.shared.cipher, id, completion, {
      type: 'guest',
      id,
      ip: null,
    });
    expect(await sign).toEqual({ outcome: 'refused', code: 'document_changed' });
    expect(await readMine(product, token)).toMatchObject({ status: 'confirmed', ndaStatus: 'sent' });
  });

  it('is given up by the guest or by the host, and another time can be asked for', async () => {
    const moving = await movingBooking();
    expect(await asGuest(moving.token, 'give-up-move')).toMatchObject({ status: 200, body: { move: null } });
    await expectStayed(moving);
    const again = { startsAt: await findSlot(product, host, type, 6) };
    expect((await asGuest(moving.token, 'reschedule', again)).status).toBe(200);
    await openSigning(product, moving.token);
    const released = await asHost<HostBooking>(product, host, `/bookings/${moving.id}/release`, { reason: '' });
    expect(released).toMatchObject({ status: 200, body: { status: 'confirmed', move: null } });
    await expectStayed({ ...moving, to: again.startsAt });
    expect((await trailOf(product, host, moving.id)).filter((entry) => entry.startsWith('booking.move'))).toEqual([
      'booking.move_held by guest',
      'booking.move_ended by guest',
      'booking.move_held by guest',
      'booking.move_ended by host',
    ]);
  });

  it('ends with the booking when that is canceled meanwhile: both times are free', async () => {
    const { id, token, startsAt, to } = await movingBooking();
    expect((await asGuest(token, 'cancel')).body).toMatchObject({ status: 'canceled', move: null });
    expect(await liveClaimsOf(id)).toEqual([]);
    for (const time of [startsAt, to]) expect(await isOffered(product, host, type, time)).toBe(true);
    await eventually(
      () => envelopeStatusOf(product, id),
      (status) => status === 'voided',
    );
  });

  it('gives the guest a day when the host moves', async () => {
    const { id, token } = await confirmedBooking(product, host, type);
    const to = await findSlot(product, host, type, 40);
    const asked = await asHost<HostBooking>(product, host, `/bookings/${id}/reschedule`, { startsAt: to });
    expect(asked).toMatchObject({ status: 200, body: { move: { startsAt: to, by: 'host' } } });
    const minutes = (Date.parse(asked.body.move?.expiresAt ?? '') - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(23 * 60);
    await signTyped(product, token, await openSigning(product, token));
    expect(await untilSettled(token)).toMatchObject({ startsAt: to, sequence: 1 });
  });
});

describe('a template that does not ask for it', () => {
  it('lets the meeting move at once, with the NDA that is signed', async () => {
    const plain = await buildHost(product);
    const plainType = await buildMeetingType(product, plain, { nda: true });
    const { token } = await confirmedBooking(product, plain, plainType);
    expect((await readMine(product, token)).moveAsksForSignature).toBe(false);
    const to = await findSlot(product, plain, plainType, 4);
    const moved = await asGuest(token, 'reschedule', { startsAt: to });
    expect(moved.body).toMatchObject({ startsAt: to, sequence: 1, ndaStatus: 'completed', move: null });
  });
});

/** How an agreement in English names a time of the day, before AM or PM; the host's zone is UTC. */
function timeInText(instant: string): string {
  const [hour = '', minute = ''] = instant.slice(11, 16).split(':');
  return `at ${Number(hour) % 12 || 12}:${minute}`;
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'slonik';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applyProviderNews } from '#db/changes/sign.ts';
import { envelopeOfProvider } from '#db/queries/envelopes.ts';
import { verifyPdf } from '#integrations/signing/verification/verify-pdf.ts';
import { outputFiles } from '#runtime/demo/output.ts';
import { playDemo } from '#runtime/demo/play.ts';
import {
  asHost,
  askForRenewal,
  bookingToSign,
  envelopeStatusOf,
  isOffered,
  letHoldEnd,
  mailsOf,
  trailOf,
  untilMailed,
  wake,
  type HeldBooking,
} from '#tests/booking-actions.ts';
import { startDocusignProduct, type DocusignProduct } from '#tests/docusign-product.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  openSigning,
  readAsHost,
  readMine,
  send,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';

let docusign: DocusignProduct['docusign'];
let product: DocusignProduct['product'];
let host: TestHost;
let type: TestType;
let actAtProvider: DocusignProduct['actAtProvider'];
let envelopeAt: DocusignProduct['envelopeAt'];
let envelopesOnRecord: DocusignProduct['envelopesOnRecord'];

let started: DocusignProduct;
beforeAll(async () => {
  started = await startDocusignProduct();
  ({ docusign, product, host, type, actAtProvider, envelopeAt, envelopesOnRecord } = started);
});
afterAll(() => started.stop());
beforeEach(() => started.straighten());

const firstEnvelopeAt = (bookingId: string) =>
  product.shared.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select provider_envelope_id as id from envelope where booking_id = ${bookingId} order by sent_at limit 1`);

describe('a meeting that moves and is signed anew through DocuSign', () => {
  let mover: TestHost;
  let renewed: TestType;
  beforeAll(async () => {
    mover = await buildHost(product);
    await askForRenewal(product, mover);
    renewed = await buildMeetingType(product, mover, { nda: true });
  });

  /** A confirmed booking whose guest has asked for another time. */
  async function askedToMove(): Promise<HeldBooking & { to: string }> {
    const booking = await bookingToSign(product, mover, renewed);
    await actAtProvider(booking, { act: 'sign' });
    await untilStatus(product, booking.token, 'confirmed');
    const to = await findSlot(product, mover, renewed, 4);
    const { token } = booking;
    const asked = await send(product, 'POST', '/my-booking/reschedule', { token, body: { startsAt: to, reason: '' } });
    expect(asked.status).toBe(200);
    return { ...booking, to };
  }
  const untilSettled = (token: string) =>
    eventually(
      () => readMine(product, token),
      ({ move, ndaStatus }) => move === null && ndaStatus === 'completed',
      40_000,
    );

  it('moves when the second envelope is signed there', async () => {
    const booking = await askedToMove();
    await actAtProvider(booking, { act: 'sign' });
    expect(await untilSettled(booking.token)).toMatchObject({ status: 'confirmed', startsAt: booking.to });
    expect(await envelopesOnRecord(booking.id)).toBe(2);
  }, 90_000);

  it('is not moved, declined or let go by what was said of the first envelope and comes again', async () => {
    const booking = await askedToMove();
    await openSigning(product, booking.token);
    const first = await envelopeOfProvider(product.shared.database, 'docusign', await firstEnvelopeAt(booking.id));
    if (!first) throw new Error('The first envelope is not on record.');
    for (const type of ['completed', 'declined', 'voided'] as const) {
      const news = { type, occurredAt: new Date(), reason: null };
      await applyProviderNews(product.shared.database, product.shared.cipher, first, news);
      await wake(product, booking.id);
    }
    expect(await readMine(product, booking.token)).toMatchObject({
      status: 'confirmed',
      ndaStatus: 'sent',
      startsAt: booking.startsAt,
      move: { startsAt: booking.to },
    });
    expect((await trailOf(product, mover, booking.id)).filter((line) => line.startsWith('nda.signed'))).toHaveLength(1);
    await actAtProvider(booking, { act: 'sign' });
    expect(await untilSettled(booking.token)).toMatchObject({ status: 'confirmed', startsAt: booking.to });
  }, 90_000);

  it('stays where it is when its guest declines there, and when the time to sign is over', async () => {
    const declined = await askedToMove();
    await actAtProvider(declined, { act: 'decline', reason: 'Not again' });
    expect(await untilSettled(declined.token)).toMatchObject({ status: 'confirmed', startsAt: declined.startsAt });
    const late = await askedToMove();
    await openSigning(product, late.token);
    await letHoldEnd(product, late.id);
    await wake(product, late.id);
    expect(await untilSettled(late.token)).toMatchObject({ status: 'confirmed', startsAt: late.startsAt });
    await eventually(
      () => envelopeStatusOf(product, late.id),
      (status) => status === 'voided',
    );
  }, 120_000);
});

describe('a guest whose address is corrected while they sign at DocuSign', () => {
  it('opens the page that was made out to the address before, and confirms', async () => {
    const booking = await bookingToSign(product, host, type);
    const path = `/bookings/${booking.id}/guest-email`;
    const corrected = await asHost(product, host, path, { email: 'grace.hopper@example.net' });
    expect(corrected.status).toBe(200);
    await actAtProvider(booking, { act: 'sign' });
    await untilStatus(product, booking.token, 'confirmed');
  }, 60_000);
});

describe('a booking whose NDA is signed through DocuSign', () => {
  it('confirms when the guest has signed there, with the document that DocuSign sealed', async () => {
    const booking = await bookingToSign(product, host, type);
    await actAtProvider(booking, { act: 'sign' });
    await untilStatus(product, booking.token, 'confirmed');
    const document = await fetch(`${product.baseUrl}/api/v1/my-booking/document.pdf`, {
      headers: { authorization: `Bearer ${booking.token}` },
    });
    const report = await verifyPdf(new Uint8Array(await document.arrayBuffer()), { now: new Date() });
    expect(report.verdict).toBe('intact');
    expect(await trailOf(product, host, booking.id)).toContain('nda.signed by provider');
    // What leaves late would be counted among the mails of the demo, which has the same host.
    await untilMailed(product, booking.id, 3);
  }, 60_000);

  it('plays the whole demo, from the hold to the signed document', async () => {
    const outputDir = mkdtempSync(join(tmpdir(), 'countersign-docusign-demo-'));
    const said: string[] = [];
    const { baseUrl } = product;
    const say = (line: string) => void said.push(line);
    await playDemo({ baseUrl, login: host, outputDir, stepTimeoutMs: 60_000, say });
    expect(said.join('\n')).toContain('signs on the provider’s page');
    expect(readdirSync(outputDir).sort()).toEqual(Object.values(outputFiles).sort());
    rmSync(outputDir, { recursive: true });
  }, 120_000);

  it('is declined with the words that the guest gave there', async () => {
    const booking = await bookingToSign(product, host, type);
    await actAtProvider(booking, { act: 'decline', reason: 'Section 4' });
    await untilStatus(product, booking.token, 'declined');
    const seen = await readAsHost(product, host, booking.id);
    expect(seen.envelope).toMatchObject({ provider: 'docusign', status: 'declined', declineReason: 'Section 4' });
    expect(await isOffered(product, host, type, booking.startsAt)).toBe(true);
  }, 60_000);

  it('is let go when the envelope is voided there: the slot is free, and both are told', async () => {
    const booking = await bookingToSign(product, host, type);
    docusign.envelopes.void(await envelopeAt(booking.id), 'Sent by mistake');
    await untilStatus(product, booking.token, 'released');
    expect(await isOffered(product, host, type, booking.startsAt)).toBe(true);
    await untilMailed(product, booking.id, 3);
    expect((await mailsOf(product, booking.id)).map(({ kind, recipient }) => `${kind} ${recipient}`)).toEqual([
      'hold_placed guest',
      'booking_canceled guest',
      'booking_canceled host',
    ]);
    expect((await trailOf(product, host, booking.id)).at(-1)).toBe('nda.voided by provider');
  }, 60_000);

  it('that expires here is voided there: nobody can sign it any more', async () => {
    const booking = await bookingToSign(product, host, type);
    await letHoldEnd(product, booking.id);
    await wake(product, booking.id);
    await untilStatus(product, booking.token, 'expired');
    await eventually(
      () => envelopeStatusOf(product, booking.id),
      (status) => status === 'voided',
    );
    expect(docusign.envelopes.get(await envelopeAt(booking.id)).status).toBe('voided');
  }, 60_000);
});

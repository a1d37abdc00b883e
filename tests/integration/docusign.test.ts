import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'slonik';
import { z } from 'zod';
import { derivedId } from '#activities/derived-id.ts';
import type { Parts } from '#activities/parts.ts';
import { sendEnvelope } from '#activities/send-envelope.ts';
import { sweep } from '#activities/sweep.ts';
import { applyChange } from '#db/changes/apply.ts';
import { insertChangeRequest } from '#db/changes/requests.ts';
import { verifyPdf } from '#integrations/signing/verification/verify-pdf.ts';
import { outputFiles } from '#runtime/demo/output.ts';
import { playDemo } from '#runtime/demo/play.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import {
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
import { promptConnect } from '#tests/docusign-server/connect.ts';
import type { DocusignServer } from '#tests/docusign-server/server.ts';
import { startRegisteredServer } from '#tests/docusign-server/settings.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  openSigning,
  readAsHost,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let docusign: DocusignServer;
let product: Product;
let parts: Parts;
let host: TestHost;
let type: TestType;
beforeAll(async () => {
  const registered = await startRegisteredServer();
  docusign = registered.server;
  const [port = 0] = await freePorts(1);
  const env = { ...registered.settings, PUBLIC_URL: `http://127.0.0.1:${port}` };
  product = await startProduct({ env, port, wrap: (made) => (parts = made) });
  host = await buildHost(product);
  type = await buildMeetingType(product, host, { nda: true });
});
afterAll(async () => {
  await product.stop();
  await docusign.close();
});
beforeEach(() => {
  docusign.connect.behaviour = promptConnect;
});

const envelopeAt = (bookingId: string) =>
  product.shared.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select provider_envelope_id as id from envelope where booking_id = ${bookingId}`);

/** As if so many minutes had passed since the envelope was sent and last asked about. */
const letMinutesPass = (bookingId: string, minutes: number) =>
  product.shared.database.query(sql.unsafe`
    update envelope set sent_at = sent_at - ${minutes} * interval '1 minute', asked_at = asked_at - ${minutes} * interval '1 minute'
    where booking_id = ${bookingId}`);

/** On the page of the provider, as a guest's browser does. */
async function actAtProvider(booking: HeldBooking, form: Record<string, string>): Promise<void> {
  const { kind, providerUrl } = await openSigning(product, booking.token);
  expect(kind).toBe('provider_page');
  const answer = await fetch(providerUrl ?? '', {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
}

const listCalls = () => docusign.calls.filter((call) => /^GET .*\/envelopes$/.test(call)).length;

/** A hold whose document waits for the provider, which fails; `then` happens when the envelope is there and nobody has written it down. */
async function holdInterrupted(then: (bookingId: string) => Promise<void>): Promise<string> {
  docusign.troubles.push(...Array.from({ length: 40 }, () => ({ kind: 'fault' as const })));
  const { body } = await holdSlot(product, type, await findSlot(product, host, type));
  const { id } = body.booking;
  await eventually(
    () => readAsHost(product, host, id),
    ({ ndaStatus }) => ndaStatus === 'created',
  );
  await product.worker.stop();
  docusign.troubles.length = 0;
  const signing = {
    ...parts.signing,
    createEnvelope: async (request: Parameters<typeof parts.signing.createEnvelope>[0]) => {
      const created = await parts.signing.createEnvelope(request);
      await then(id);
      return created;
    },
  };
  await sendEnvelope({ ...parts, signing }, id).catch(() => undefined);
  return id;
}

/** As a host's cancellation leaves it. */
async function cancelInDatabase(bookingId: string): Promise<void> {
  const { database, cipher } = product.shared;
  const id = randomUUID();
  const actor = { type: 'host', id: null, ip: null } as const;
  await insertChangeRequest(database, cipher, {
    id,
    organizationId: host.organizationId,
    bookingId,
    kind: 'cancel',
    actor,
  });
  await applyChange(database, id);
}

const openAt = (bookingId: string) =>
  [...docusign.envelopes.all.values()].filter(
    ({ transactionId, status }) =>
      transactionId === derivedId('envelope', bookingId) && (status === 'sent' || status === 'delivered'),
  ).length;

async function untilVoided(bookingId: string): Promise<void> {
  await eventually(
    () => envelopeStatusOf(product, bookingId),
    (status) => status === 'voided',
    40_000,
  );
  expect(openAt(bookingId)).toBe(0);
}

describe('an envelope that is made in the moment in which its booking ends', () => {
  it('is on record, and is voided', async () => {
    const id = await holdInterrupted(cancelInDatabase);
    expect(openAt(id)).toBe(1);
    await product.worker.start();
    await wake(product, id);
    await untilVoided(id);
    expect((await mailsOf(product, id)).map(({ kind }) => kind)).toEqual(['booking_canceled']);
  }, 120_000);

  it('is found again by the next try when the worker died before it was written down, and is voided', async () => {
    const id = await holdInterrupted(async () => {
      throw new Error('The worker dies here.');
    });
    await cancelInDatabase(id);
    await sendEnvelope(parts, id, true);
    await product.worker.start();
    await wake(product, id);
    await untilVoided(id);
  }, 120_000);
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

describe('when a webhook is lost', () => {
  it('the provider is asked: signature, refusal and lapse are found out, in one call for all', async () => {
    docusign.connect.behaviour = { ...promptConnect, delivery: 'lost' };
    const signed = await bookingToSign(product, host, type);
    const declined = await bookingToSign(product, host, type);
    const lapsed = await bookingToSign(product, host, type);
    docusign.envelopes.complete(await envelopeAt(signed.id));
    docusign.envelopes.decline(await envelopeAt(declined.id), 'Not now');
    docusign.envelopes.void(await envelopeAt(lapsed.id), 'Envelope has expired.');
    await sweep(parts);
    for (const { token } of [signed, declined, lapsed]) await untilStatus(product, token, 'held');
    for (const { id } of [signed, declined, lapsed]) await letMinutesPass(id, 16);
    const before = listCalls();
    await sweep(parts);
    expect(listCalls() - before).toBe(1);
    await untilStatus(product, signed.token, 'confirmed');
    await untilStatus(product, declined.token, 'declined');
    await untilStatus(product, lapsed.token, 'released');
    expect((await readAsHost(product, host, declined.id)).envelope?.declineReason).toBe('Not now');
  }, 90_000);

  it('an envelope is asked about once in 15 minutes at most, however often is swept', async () => {
    docusign.connect.behaviour = { ...promptConnect, delivery: 'lost' };
    const { id, token } = await bookingToSign(product, host, type);
    const before = listCalls();
    for (let round = 0; round < 3; round += 1) await sweep(parts);
    expect(listCalls() - before).toBe(0);
    await letMinutesPass(id, 16);
    for (let round = 0; round < 3; round += 1) await sweep(parts);
    expect(listCalls() - before).toBe(1);
    docusign.envelopes.complete(await envelopeAt(id));
    await letMinutesPass(id, 14);
    await sweep(parts);
    await untilStatus(product, token, 'held');
    await letMinutesPass(id, 2);
    await sweep(parts);
    await untilStatus(product, token, 'confirmed');
  }, 90_000);

  it('the webhook that comes after all changes nothing any more', async () => {
    docusign.connect.behaviour = { ...promptConnect, delivery: 'held' };
    const { id, token } = await bookingToSign(product, host, type);
    docusign.envelopes.complete(await envelopeAt(id));
    await letMinutesPass(id, 16);
    await sweep(parts);
    await untilStatus(product, token, 'confirmed');
    await untilMailed(product, id, 3);
    const before = await trailOf(product, host, id);
    await docusign.connect.release(false);
    expect(await trailOf(product, host, id)).toEqual(before);
  }, 60_000);
});

import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { derivedId } from '#activities/derived-id.ts';
import { sendEnvelope } from '#activities/send-envelope.ts';
import { sweep } from '#activities/sweep.ts';
import { applyChange } from '#db/changes/apply.ts';
import { insertChangeRequest } from '#db/changes/requests.ts';
import { bookingToSign, envelopeStatusOf, mailsOf, trailOf, untilMailed, wake } from '#tests/booking-actions.ts';
import { startDocusignProduct, type DocusignProduct } from '#tests/docusign-product.ts';
import { promptConnect } from '#tests/docusign-server/connect.ts';
import {
  eventually,
  findSlot,
  holdSlot,
  readAsHost,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';

let docusign: DocusignProduct['docusign'];
let product: DocusignProduct['product'];
let parts: DocusignProduct['parts'];
let host: TestHost;
let type: TestType;
let envelopeAt: DocusignProduct['envelopeAt'];
let envelopesOnRecord: DocusignProduct['envelopesOnRecord'];
let listCalls: DocusignProduct['listCalls'];

let started: DocusignProduct;
beforeAll(async () => {
  started = await startDocusignProduct();
  ({ docusign, product, parts, host, type, envelopeAt, envelopesOnRecord, listCalls } = started);
});
afterAll(() => started.stop());
beforeEach(() => started.straighten());

/** As if so many minutes had passed since the envelope was sent and last asked about. */
const letMinutesPass = (bookingId: string, minutes: number) =>
  product.shared.database.query(sql.unsafe`
    update envelope set sent_at = sent_at - ${minutes} * interval '1 minute', asked_at = asked_at - ${minutes} * interval '1 minute'
    where booking_id = ${bookingId}`);

/** As if so many seconds had passed since the provider was asked last. */
const letPausePass = (seconds: number) =>
  product.shared.database.query(
    sql.unsafe`update envelope set ask_after = ask_after - ${seconds} * interval '1 second'`,
  );

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
  const { signing } = parts();
  const interrupted = {
    ...signing,
    createEnvelope: async (request: Parameters<typeof signing.createEnvelope>[0]) => {
      const created = await signing.createEnvelope(request);
      await then(id);
      return created;
    },
  };
  await sendEnvelope({ ...parts(), signing: interrupted }, id).catch(() => undefined);
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
    await sendEnvelope(parts(), id, true);
    await product.worker.start();
    await wake(product, id);
    await untilVoided(id);
  }, 120_000);
});

/** As if the provider had been asked for it so long ago that nobody tries any more. */
const letTriesEnd = (bookingId: string) =>
  product.shared.database.query(sql.unsafe`
    update document set envelope_asked_at = envelope_asked_at - interval '6 minutes' where booking_id = ${bookingId}`);

describe('an envelope whose worker died before it was written down, of a booking that ended before the next try', () => {
  it('is found by the sweep and voided, and looked for only once', async () => {
    const id = await holdInterrupted(async () => {
      throw new Error('The worker dies here.');
    });
    await cancelInDatabase(id);
    await sweep(parts());
    expect(await envelopesOnRecord(id)).toBe(0);
    await letTriesEnd(id);
    const before = listCalls();
    await sweep(parts());
    await sweep(parts());
    expect(listCalls() - before).toBe(1);
    expect(await envelopesOnRecord(id)).toBe(1);
    await product.worker.start();
    await untilVoided(id);
  }, 120_000);

  it('is left to the next try while its booking still waits for the signature', async () => {
    const id = await holdInterrupted(async () => {
      throw new Error('The worker dies here.');
    });
    await letTriesEnd(id);
    const before = listCalls();
    await sweep(parts());
    expect(listCalls() - before).toBe(0);
    await product.worker.start();
    await wake(product, id);
    await eventually(
      () => readAsHost(product, host, id),
      ({ ndaStatus }) => ndaStatus === 'sent',
      40_000,
    );
    expect(openAt(id)).toBe(1);
  }, 120_000);
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
    await sweep(parts());
    for (const { token } of [signed, declined, lapsed]) await untilStatus(product, token, 'held');
    for (const { id } of [signed, declined, lapsed]) await letMinutesPass(id, 16);
    const before = listCalls();
    await sweep(parts());
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
    for (let round = 0; round < 3; round += 1) await sweep(parts());
    expect(listCalls() - before).toBe(0);
    await letMinutesPass(id, 16);
    for (let round = 0; round < 3; round += 1) await sweep(parts());
    expect(listCalls() - before).toBe(1);
    docusign.envelopes.complete(await envelopeAt(id));
    await letMinutesPass(id, 14);
    await sweep(parts());
    await untilStatus(product, token, 'held');
    await letMinutesPass(id, 2);
    await sweep(parts());
    await untilStatus(product, token, 'confirmed');
  }, 90_000);

  it.each([
    ['fails', { kind: 'fault' } as const, 30],
    ['asks to wait', { kind: 'rate_limited', retryAfterSeconds: 300 } as const, 300],
  ])(
    'a provider that %s has answered nothing: it is asked again, when it may be, and not before',
    async (_what, trouble, pauseSeconds) => {
      docusign.connect.behaviour = { ...promptConnect, delivery: 'lost' };
      const { id, token } = await bookingToSign(product, host, type);
      docusign.envelopes.complete(await envelopeAt(id));
      await letMinutesPass(id, 16);
      const before = listCalls();
      docusign.troubles.push(trouble);
      await sweep(parts());
      await sweep(parts());
      await letPausePass(pauseSeconds - 10);
      await sweep(parts());
      expect(listCalls() - before).toBe(1);
      await untilStatus(product, token, 'held');
      await letPausePass(20);
      await sweep(parts());
      expect(listCalls() - before).toBe(2);
      await untilStatus(product, token, 'confirmed');
    },
    60_000,
  );

  it('the webhook that comes after all changes nothing any more', async () => {
    docusign.connect.behaviour = { ...promptConnect, delivery: 'held' };
    const { id, token } = await bookingToSign(product, host, type);
    docusign.envelopes.complete(await envelopeAt(id));
    await letMinutesPass(id, 16);
    await sweep(parts());
    await untilStatus(product, token, 'confirmed');
    await untilMailed(product, id, 3);
    const before = await trailOf(product, host, id);
    await docusign.connect.release(false);
    expect(await trailOf(product, host, id)).toEqual(before);
  }, 60_000);
});

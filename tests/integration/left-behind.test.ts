import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Parts } from '#activities/parts.ts';
import { sweep } from '#activities/sweep.ts';
import { abandonRequest } from '#db/changes/passing.ts';
import { sha256 } from '#db/personal.ts';
import { requestBooking } from '#db/queries/bookings.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import {
  bookingToSign,
  confirmedBooking,
  envelopeStatusOf,
  isOffered,
  letHoldEnd,
  trailOf,
  wake,
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
  signTyped,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
let parts: Parts;
beforeAll(async () => {
  product = await startProduct({ wrap: (made) => (parts = made) });
  host = await buildHost(product);
  type = await buildMeetingType(product, host, { nda: true });
});
afterAll(() => product.stop());

/** The facts of a booking as the stream has them, in its order. */
async function streamedFactsOf(bookingId: string): Promise<string[]> {
  const { last } = await product.shared.stream.bounds();
  const facts = await product.shared.stream.read({
    from: 1,
    to: last,
    subjects: [`*.*.${host.organizationId}.>`, `notify.email.*.${host.organizationId}.>`],
  });
  return facts
    .map(({ json }) => json as { id: string; subject: string; type: string })
    .filter(({ subject }) => subject === `booking/${bookingId}`)
    .map(({ id, type: name }) => `${name} ${id}`);
}

async function outboxOf(bookingId: string): Promise<string[]> {
  const fact = z.object({ id: z.string(), type: z.string() });
  const rows = await product.shared.database.anyFirst(
    sql.type(z.object({ fact }))`select fact from outbox where booking_id = ${bookingId} order by seq`,
  );
  return rows.map(({ id, type: name }) => `${name} ${id}`);
}

/** A request that the api wrote before it died. */
async function requestedBooking(startsAt: string): Promise<string> {
  const id = randomUUID();
  const { database, cipher } = product.shared;
  const start = new Date(startsAt);
  const booking = {
    id,
    organizationId: host.organizationId,
    hostId: host.hostId,
    meetingTypeId: type.id,
    startsAt: start,
    endsAt: new Date(start.getTime() + 30 * 60_000),
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    holdMinutes: 10,
    remindersMinutes: [],
    rescheduleCutoffMinutes: 60,
    rescheduleLimit: 5,
    ndaTemplateVersionId: null,
    guest: { ...grace, note: '' },
    answers: {},
  };
  await requestBooking(database, cipher, booking, sha256(cipher.guestToken(id)));
  return id;
}

const statusOf = (bookingId: string) =>
  product.shared.database.oneFirst(
    sql.type(z.object({ status: z.string() }))`select status from booking where id = ${bookingId}`,
  );

describe('facts', () => {
  it('reach the stream in the order in which a booking wrote them, each one once', async () => {
    const { id } = await confirmedBooking(product, host, type);
    const written = await eventually(
      () => outboxOf(id),
      (facts) => facts.filter((fact) => fact.startsWith('notify.email.sent')).length === 3,
    );
    const streamed = await eventually(
      () => streamedFactsOf(id),
      (facts) => facts.length >= written.length,
    );
    expect(streamed).toEqual(written);
  });

  it('whose publishing was missed are published by the sweep, in order', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    const session = await openSigning(product, token);
    await product.worker.stop();
    await signTyped(product, token, session);
    expect((await factsOf(product, id)).at(-1)?.type).toBe('nda.signed');
    expect((await streamedFactsOf(id)).some((fact) => fact.startsWith('nda.signed'))).toBe(false);
    await product.shared.database.query(
      sql.unsafe`update outbox set created_at = created_at - interval '1 minute' where booking_id = ${id}`,
    );
    await sweep(parts);
    expect(await streamedFactsOf(id)).toEqual(await outboxOf(id));
    await product.worker.start();
    await untilStatus(product, token, 'confirmed');
  });
});

describe('what a crash left lying', () => {
  it('a request that no workflow took is ended after two minutes, not before, and holds nothing', async () => {
    const startsAt = await findSlot(product, host, type);
    const id = await requestedBooking(startsAt);
    await sweep(parts);
    expect(await statusOf(id)).toBe('requested');
    await product.shared.database.query(
      sql.unsafe`update booking set created_at = created_at - interval '3 minutes' where id = ${id}`,
    );
    await sweep(parts);
    expect(await statusOf(id)).toBe('refused');
    expect(await trailOf(product, host, id)).toEqual(['booking.abandoned by system']);
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
  });

  it('a workflow that was started for such a request, and never told to hold, ends with it', async () => {
    const id = await requestedBooking(await findSlot(product, host, type));
    const { temporal } = product.shared;
    // What both find is one task, then: the start and the news.
    await product.worker.stop();
    await temporal.workflow.start('bookingWorkflow', {
      workflowId: bookingWorkflowId(id),
      taskQueue: 'bookings',
      args: [{ bookingId: id, resume: false }],
    });
    await product.shared.database.query(
      sql.unsafe`update booking set created_at = created_at - interval '3 minutes' where id = ${id}`,
    );
    await sweep(parts);
    expect(await statusOf(id)).toBe('refused');
    await product.worker.start();
    const ended = temporal.workflow.getHandle(bookingWorkflowId(id)).result();
    await expect(ended).resolves.toBeUndefined();
  });

  const endedAMinuteAgo = (bookingId: string) =>
    product.shared.database.query(
      sql.unsafe`update booking set ended_at = ended_at - interval '2 minutes' where id = ${bookingId}`,
    );

  it('a workflow that did not hear that its request is over, as the engine was away in that moment, ends all the same', async () => {
    const id = await requestedBooking(await findSlot(product, host, type));
    const { temporal } = product.shared;
    const waiting = await temporal.workflow.start('bookingWorkflow', {
      workflowId: bookingWorkflowId(id),
      taskQueue: 'bookings',
      args: [{ bookingId: id, resume: false }],
    });
    await abandonRequest(product.shared.database, id);
    await endedAMinuteAgo(id);
    await eventually(
      () => product.shared.engine.running([id]),
      (running) => running.length === 1,
    );
    await sweep(parts);
    await expect(waiting.result()).resolves.toBeUndefined();
  });

  it('a workflow that cannot go on ends with its booking', async () => {
    const id = await requestedBooking(await findSlot(product, host, type));
    const { temporal, engine, database } = product.shared;
    const broken = await temporal.workflow.start('noSuchWorkflow', {
      workflowId: bookingWorkflowId(id),
      taskQueue: 'bookings',
    });
    await abandonRequest(database, id);
    await endedAMinuteAgo(id);
    await eventually(
      async () => (await broken.describe()).raw.pendingWorkflowTask?.attempt ?? 0,
      (attempts) => attempts >= 5,
      120_000,
    );
    await sweep(parts);
    await eventually(
      () => engine.running([id]),
      (running) => running.length === 0,
    );
  }, 180_000);

  it('a hold that nobody ended is ended, and a workflow is there again to void its envelope', async () => {
    const { id, token, startsAt } = await bookingToSign(product, host, type);
    await product.shared.temporal.workflow.getHandle(bookingWorkflowId(id)).terminate('lost');
    await letHoldEnd(product, id, -60_000);
    await sweep(parts);
    await untilStatus(product, token, 'expired');
    expect(await isOffered(product, host, type, startsAt)).toBe(true);
    await eventually(
      () => factsOf(product, id),
      (facts) => facts.some(({ type: name }) => name === 'nda.voided'),
    );
  });

  /** A hold whose workflow's task fails at every attempt, as that of a history which cannot be replayed, and that is signed. */
  async function signedBesideABrokenWorkflow(): Promise<{ id: string; token: string; broken: WorkflowHandle }> {
    const { id, token } = await bookingToSign(product, host, type);
    const session = await openSigning(product, token);
    const { temporal, database } = product.shared;
    await temporal.workflow.getHandle(bookingWorkflowId(id)).terminate('replaced');
    const broken = await temporal.workflow.start('noSuchWorkflow', {
      workflowId: bookingWorkflowId(id),
      taskQueue: 'bookings',
    });
    await signTyped(product, token, session);
    await database.query(
      sql.unsafe`update envelope set ended_at = ended_at - interval '2 minutes' where booking_id = ${id}`,
    );
    return { id, token, broken };
  }

  it('a signature whose workflow cannot go on, whatever is tried, still ends in a confirmed booking', async () => {
    const { token, broken } = await signedBesideABrokenWorkflow();
    await eventually(
      async () => (await broken.describe()).raw.pendingWorkflowTask?.attempt ?? 0,
      (attempts) => attempts >= 5,
      120_000,
    );
    await sweep(parts);
    await untilStatus(product, token, 'confirmed');
    expect(product.log.map(({ message }) => message)).toContain('a workflow that could not go on was replaced');
  }, 180_000);

  it('so does one whose workflow is told of news meanwhile, which begins the count of its attempts anew', async () => {
    const { id, token, broken } = await signedBesideABrokenWorkflow();
    const failures = async () =>
      ((await broken.fetchHistory()).events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
    for (let before = await failures(); before < 5; before = await failures()) {
      await wake(product, id);
      await eventually(failures, (count) => count > before, 60_000);
    }
    await sweep(parts);
    await untilStatus(product, token, 'confirmed');
  }, 180_000);

  it('a signature whose workflow was lost still ends in a confirmed booking', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    const workflow = product.shared.temporal.workflow.getHandle(bookingWorkflowId(id));
    await workflow.terminate('lost');
    await product.worker.stop();
    await signTyped(product, token, await openSigning(product, token));
    // The signer is answered first, and the workflow that it has again is started after that.
    await eventually(
      () => workflow.describe(),
      ({ status }) => status.name === 'RUNNING',
    );
    await workflow.terminate('lost again');
    await product.shared.database.query(
      sql.unsafe`update envelope set ended_at = ended_at - interval '1 minute' where booking_id = ${id}`,
    );
    await product.worker.start();
    await sweep(parts);
    await untilStatus(product, token, 'confirmed');
  });

  it('a booking whose signed document is stored, and whose workflow was lost, is confirmed', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    await product.shared.temporal.workflow.getHandle(bookingWorkflowId(id)).terminate('lost');
    await product.shared.database.transaction(async (tx) => {
      await tx.query(sql.unsafe`update booking set nda_status = 'completed' where id = ${id}`);
      await tx.query(sql.unsafe`update claim set expires_at = null where booking_id = ${id}`);
      await tx.query(sql.unsafe`
        update envelope set status = 'completed', signed_at = now(), ended_at = now() - interval '1 minute' where booking_id = ${id}`);
    });
    await sweep(parts);
    await untilStatus(product, token, 'confirmed');
  });

  it('an envelope that outlived its booking, and whose workflow was lost, is voided', async () => {
    const { id } = await bookingToSign(product, host, type);
    await product.shared.temporal.workflow.getHandle(bookingWorkflowId(id)).terminate('lost');
    await product.shared.database.transaction(async (tx) => {
      await tx.query(
        sql.unsafe`update booking set status = 'canceled', ended_at = now() - interval '1 minute' where id = ${id}`,
      );
      await tx.query(sql.unsafe`update claim set is_live = false where booking_id = ${id}`);
    });
    await sweep(parts);
    await eventually(
      () => envelopeStatusOf(product, id),
      (status) => status === 'voided',
    );
  });

  it('a hold whose agreement is not made yet, and whose workflow was lost, goes on', async () => {
    const startsAt = await findSlot(product, host, type);
    const { body } = await holdSlot(product, type, startsAt);
    const { id } = body.booking;
    await product.shared.temporal.workflow.getHandle(bookingWorkflowId(id)).terminate('lost');
    await product.shared.database.query(sql.unsafe`
      update booking set held_at = held_at - interval '1 minute' where id = ${id}`);
    await sweep(parts);
    await openSigning(product, body.token);
  });
});

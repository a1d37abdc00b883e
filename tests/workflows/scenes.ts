import { sql } from 'slonik';
import { z } from 'zod';
import type { Parts } from '#activities/parts.ts';
import {
  asHost,
  askForRenewal,
  bookingToSign,
  confirmedBooking,
  envelopeStatusOf,
  letHoldEnd,
  moveMeeting,
  untilMailed,
  wake,
} from '#tests/booking-actions.ts';
import { lateReads, signWhileReading, type LateReads } from '#tests/late-reads.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  openSigning,
  readAsHost,
  send,
  signTyped,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

/** What a scene plays on. `broken` makes the renderer or the mailer fail while it is true; `reads` lets the worker's rows arrive late. */
export type Stage = {
  product: Product;
  host: TestHost;
  type: TestType;
  plain: TestType;
  broken: { renderer: boolean };
  reads: LateReads;
};

export async function setStage(): Promise<Stage> {
  const broken = { renderer: false };
  const reads = lateReads();
  const wrap = (parts: Parts): Parts => ({
    ...reads.wrap(parts),
    renderer: {
      ...parts.renderer,
      render: (document) =>
        broken.renderer ? Promise.reject(new Error('out of paper')) : parts.renderer.render(document),
    },
  });
  const product = await startProduct({ wrap });
  const host = await buildHost(product);
  const type = await buildMeetingType(product, host, { nda: true });
  const plain = await buildMeetingType(product, host, { remindersMinutes: [60] });
  return { product, host, type, plain, broken, reads };
}

/** Each plays one booking to where its workflow rests or ends, and answers the booking's id. */
export const scenes = {
  signed: async ({ product, host, type }) => {
    const { id } = await confirmedBooking(product, host, type);
    return id;
  },
  'signed-while-reading': ({ product, host, type, reads }) => signWhileReading(product, host, type, reads),
  completed: async ({ product, host, plain }) => {
    const { id, token } = await confirmedBooking(product, host, plain);
    await moveMeeting(product, id, { startsInMs: 3_601_000, endsInMs: 7_200_000 });
    await untilMailed(product, id, 4);
    await moveMeeting(product, id, { startsInMs: -60_000, endsInMs: 200 });
    await untilStatus(product, token, 'completed');
    return id;
  },
  expired: async ({ product, host, type }) => {
    const { id, token } = await bookingToSign(product, host, type);
    await letHoldEnd(product, id, 200);
    await wake(product, id);
    await untilStatus(product, token, 'expired');
    await untilEnvelope(product, id, 'voided');
    await untilMailed(product, id, 2);
    return id;
  },
  declined: async ({ product, host, type }) => {
    const { id, token } = await bookingToSign(product, host, type);
    await send(product, 'POST', '/my-booking/signing/decline', { token, body: { reason: 'No.' } });
    await untilMailed(product, id, 2);
    return id;
  },
  canceled: async ({ product, host, type }) => {
    const { id, token } = await bookingToSign(product, host, type);
    await send(product, 'POST', '/my-booking/cancel', { token, body: {} });
    await untilEnvelope(product, id, 'voided');
    return id;
  },
  rescheduled: async ({ product, host, type }) => {
    const { id, token } = await confirmedBooking(product, host, type);
    const startsAt = await findSlot(product, host, type, 20);
    await send(product, 'POST', '/my-booking/reschedule', { token, body: { startsAt } });
    await untilMailed(product, id, 5);
    await asHost(product, host, `/bookings/${id}/resend`, { recipient: 'both' });
    await untilMailed(product, id, 7);
    await asHost(product, host, `/bookings/${id}/cancel`);
    await untilMailed(product, id, 9);
    return id;
  },
  'moved-when-signed': async ({ product }) => {
    const host = await buildHost(product);
    await askForRenewal(product, host);
    const type = await buildMeetingType(product, host, { nda: true });
    const { id, token } = await confirmedBooking(product, host, type);
    const move = { token, body: { startsAt: await findSlot(product, host, type, 20) } };
    await send(product, 'POST', '/my-booking/reschedule', move);
    await openSigning(product, token);
    await untilMailed(product, id, 5);
    await send(product, 'POST', '/my-booking/give-up-move', { token, body: {} });
    await untilEnvelope(product, id, 'voided');
    await untilMailed(product, id, 7);
    await send(product, 'POST', '/my-booking/reschedule', move);
    const session = await openSigning(product, token);
    await untilMailed(product, id, 9);
    await signTyped(product, token, session);
    await untilMailed(product, id, 11);
    return id;
  },
  refused: async ({ product, host, plain }) => {
    const notOnGrid = new Date(Date.parse(await findSlot(product, host, plain, 30)) + 60_000).toISOString();
    await holdSlot(product, plain, notOnGrid);
    return product.shared.database.oneFirst(
      sql.type(z.object({ id: z.string() }))`select id from booking where starts_at = ${notOnGrid}`,
    );
  },
  'stuck-then-retried': async ({ product, host, type, broken }) => {
    broken.renderer = true;
    const { body } = await holdSlot(product, type, await findSlot(product, host, type, 40));
    const { token, booking } = body;
    await eventually(
      () => readAsHost(product, host, booking.id),
      ({ attention }) => attention !== null,
      60_000,
    );
    broken.renderer = false;
    await asHost(product, host, `/bookings/${booking.id}/retry`);
    const signing = await openSigning(product, token);
    // A signature would overtake the mail that asks for it.
    await untilMailed(product, booking.id, 1);
    await signTyped(product, token, signing);
    await untilStatus(product, token, 'confirmed');
    await untilMailed(product, booking.id, 3);
    return booking.id;
  },
} satisfies Record<string, (stage: Stage) => Promise<string>>;

async function untilEnvelope(product: Product, bookingId: string, wanted: string): Promise<void> {
  await eventually(
    () => envelopeStatusOf(product, bookingId),
    (status) => status === wanted,
  );
}

export type SceneName = keyof typeof scenes;

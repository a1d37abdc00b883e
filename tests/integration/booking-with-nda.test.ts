import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilMailed } from '#tests/booking-actions.ts';
import { listMailbox } from '#integrations/mail/mailbox-reader.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  factsOf,
  findSlot,
  holdSlot,
  openSigning,
  readMine,
  signTyped,
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

describe('a booking with an NDA', () => {
  it('is held, signed, confirmed and mailed once to both, with every fact in order', async () => {
    const startsAt = await findSlot(product, host, type);
    const held = await holdSlot(product, type, startsAt);
    expect(held.status).toBe(201);
    expect(held.body.booking).toMatchObject({ status: 'held', startsAt });
    const { token, booking } = held.body;

    const session = await openSigning(product, token);
    // A signature overtakes the mail that asks for it.
    await untilMailed(product, held.body.booking.id, 1);
    const signed = await signTyped(product, token, session);
    expect(signed).toMatchObject({ status: 202, body: { late: false } });
    await untilStatus(product, token, 'confirmed');
    const done = await eventually(
      () => readMine(product, token),
      ({ timeline }) => timeline.every(({ at }) => at !== null),
    );
    expect(done.signedDocumentAvailable).toBe(true);

    const mails = await eventually(
      () => listMailbox(product.mailDir, { limit: 10 }),
      (list) => list.length >= 3,
    );
    expect(mails.map(({ to }) => to.address).sort()).toEqual(
      ['grace@example.net', 'grace@example.net', host.email].sort(),
    );
    const facts = await eventually(
      () => factsOf(product, booking.id),
      (list) => list.filter(({ type: name }) => name === 'notify.email.sent').length === 3,
    );
    const milestones = facts.map(({ type: name }) => name).filter((name) => !name.startsWith('notify.'));
    expect(milestones).toEqual([
      'slot.held',
      'nda.created',
      'nda.sent',
      'nda.signed',
      'nda.completed',
      'booking.confirmed',
    ]);
  });
});

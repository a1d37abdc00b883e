import { unzipSync } from 'fflate';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ErasureReport } from '#contract/privacy.ts';
import { verifyAuditChain } from '#db/queries/audit.ts';
import { asHost, confirmedBooking, moveMeeting, type HeldBooking } from '#tests/booking-actions.ts';
import { placesOf, storedObjects } from '#tests/kept.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  grace,
  holdSlot,
  readAsHost,
  send,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
/** A meeting that is over with its signed agreement, and one without an agreement that is still to come. */
let over: HeldBooking;
let toCome: HeldBooking;
const mallory = { name: 'Mallory Gast', email: 'Mallory.Gast@example.net', note: 'Grace sent me.' };

beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  over = await confirmedBooking(product, host, await buildMeetingType(product, host, { nda: true }));
  await moveMeeting(product, over.id, { startsInMs: -86_400_000, endsInMs: -82_800_000 });
  await eventually(
    () => readAsHost(product, host, over.id),
    ({ status }) => status === 'completed',
  );
  toCome = await confirmedBooking(product, host, await buildMeetingType(product, host));
  const type = await buildMeetingType(product, host);
  await holdSlot(product, type, await findSlot(product, host, type, 3), { guest: mallory });
});
afterAll(() => product.stop());

const post = (path: string, email = grace.email) => asHost<ErasureReport>(product, host, path, { email });

async function zipOf(path: string, init: RequestInit): Promise<Record<string, Uint8Array>> {
  const answer = await fetch(`${product.baseUrl}/api/v1${path}`, init);
  expect(answer.status).toBe(200);
  return unzipSync(new Uint8Array(await answer.arrayBuffer()));
}
const exportOf = (email: string) =>
  zipOf('/guest-data/export', {
    method: 'POST',
    headers: { cookie: host.cookie, 'x-csrf-token': host.csrf, 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
const readings = () =>
  product.shared.database.anyFirst(sql.type(z.object({ by: z.string() }))`
    select detail ->> 'by' as by from audit_event where booking_id = ${over.id} and action = 'document.read' order by position`);

describe('what is kept of a guest', () => {
  it('is handed over whole, with the documents, and each of them is a reading on record', async () => {
    const files = await exportOf(grace.email.toUpperCase());
    expect(Object.keys(files).sort()).toEqual(
      [`${over.id}/agreement.pdf`, `${over.id}/signed.pdf`, 'guest.json'].sort(),
    );
    const { bookings } = JSON.parse(text(files['guest.json'])) as { bookings: Record<string, unknown>[] };
    expect(bookings).toMatchObject([
      {
        booking: { id: over.id },
        guest: { name: grace.name, email: grace.email },
        signing: { typedName: grace.name, signer: { name: grace.name, email: grace.email } },
      },
      { booking: { id: toCome.id }, signing: null },
    ]);
    expect(text(files[`${over.id}/signed.pdf`]).startsWith('%PDF-')).toBe(true);
    expect(await readings()).toEqual(['export', 'export']);
    expect(text(files['guest.json'])).not.toContain(mallory.name);
  });

  it('can be fetched by the guest for one booking, with its link', async () => {
    const files = await zipOf('/my-booking/export.zip', { headers: { authorization: `Bearer ${toCome.token}` } });
    expect(Object.keys(files)).toEqual(['guest.json']);
    expect(text(files['guest.json'])).toContain(grace.email);
    expect(text(files['guest.json'])).not.toContain(over.id);
  });

  it('is nothing for an address that nobody booked with, and no secret to tell from another’s', async () => {
    const files = await exportOf('grace@example.com');
    expect(JSON.parse(text(files['guest.json']))).toMatchObject({ bookings: [] });
    expect((await post('/guest-data/erasure', 'grace@example.com')).body).toEqual({ done: true, bookings: [] });
    const stranger = await buildHost(product);
    const theirs = await asHost<ErasureReport>(product, stranger, '/guest-data/erasure', { email: grace.email });
    expect(theirs.body.bookings).toEqual([]);
    expect((await readAsHost(product, host, over.id)).guest.name).toBe(grace.name);
  });
});

describe('an erasure', () => {
  it('says before what it would do, does it, and says what it kept and why', async () => {
    const expected = [
      { id: over.id, outcome: 'partly', kept: [{ what: 'signed_document', why: 'evidence' }, { what: 'audit_trail' }] },
      { id: toCome.id, outcome: 'kept', kept: [{ what: 'everything', why: 'booking_open' }] },
    ];
    const preview = await post('/guest-data/erasure/preview');
    expect(preview.body).toMatchObject({ done: false, bookings: expected });
    expect((await readAsHost(product, host, over.id)).guest.name).toBe(grace.name);
    const done = await post('/guest-data/erasure');
    expect(done.body).toMatchObject({ done: true, bookings: expected });
    expect((await readAsHost(product, host, over.id)).guest).toMatchObject({ name: '', email: '' });
    expect((await readAsHost(product, host, toCome.id)).guest.name).toBe(grace.name);
  });

  it('leaves no trace of the guest beyond what it said, in any table or in the store, and the chain whole', async () => {
    await asHost(product, host, `/bookings/${toCome.id}/cancel`, { reason: 'Grace Guest asked for it.' });
    expect((await post('/guest-data/erasure')).body).toMatchObject({
      bookings: [{ id: toCome.id, outcome: 'erased', kept: [{ what: 'audit_trail' }] }],
    });
    expect(await placesOf(product, [grace.name, grace.email, 'grace@'])).toEqual([]);
    const kept = await eventually(
      async () => [...storedObjects(product).keys()],
      (keys) => keys.length === 1,
    );
    const { documents } = await readAsHost(product, host, over.id);
    expect(documents.map(({ kind }) => kind)).toEqual(['signed']);
    expect(kept[0]).toContain(documents[0]?.sha256);
    expect((await send(product, 'GET', '/my-booking', { token: over.token })).status).toBe(404);
    for (const { firstBroken } of await verifyAuditChain(product.shared.database)) expect(firstBroken).toBeNull();
  });

  it('touches nobody else, and keeps everything under a legal hold', async () => {
    const [booking] = (await post('/guest-data/erasure/preview', mallory.email)).body.bookings;
    if (!booking) throw new Error('Mallory has a booking.');
    expect((await readAsHost(product, host, booking.id)).guest.name).toBe(mallory.name);
    await asHost(product, host, `/bookings/${booking.id}/cancel`, { reason: '' });
    await asHost(product, host, `/bookings/${booking.id}/legal-hold`, { reason: 'A claim.' }, 'PUT');
    expect((await post('/guest-data/erasure', mallory.email)).body.bookings).toMatchObject([
      { outcome: 'kept', kept: [{ what: 'everything', why: 'legal_hold' }] },
    ]);
    expect((await readAsHost(product, host, booking.id)).guest.name).toBe(mallory.name);
  });
});

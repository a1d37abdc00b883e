import { sql } from 'slonik';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { asHost, confirmedBooking, bookingToSign, type HeldBooking } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  openSigning,
  readAsHost,
  send,
  signTyped,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let booking: HeldBooking;
let documentId: string;

beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  booking = await confirmedBooking(product, host, await buildMeetingType(product, host, { nda: true }));
  const { documents } = await readAsHost(product, host, booking.id);
  documentId = documents.find(({ kind }) => kind === 'signed')?.id ?? '';
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => product.stop());

type Link = { url: string; expiresAt: string };
const hostLink = async (id = documentId) =>
  asHost<Link>(product, host, `/bookings/${booking.id}/documents/${id}/link`, undefined);
const pathOf = ({ url }: Link) => new URL(url).pathname;
const open = (path: string, accept = '*/*') =>
  fetch(`${product.baseUrl}${path}`, { headers: { accept }, redirect: 'manual' });
const reading = z.object({ actor: z.string(), by: z.string() });
const readings = () =>
  product.shared.database.any(sql.type(reading)`
    select actor_type as actor, detail ->> 'by' as by from audit_event
    where booking_id = ${booking.id} and action = 'document.read' order by position`);

it('a mail that carries the signed document says so on record', async () => {
  const mail = z.object({ kind: z.string(), document: z.string().nullable() });
  const sent = await eventually(
    () =>
      product.shared.database.any(sql.type(mail)`
        select detail ->> 'kind' as kind, detail ->> 'documentId' as document from audit_event
        where booking_id = ${booking.id} and action = 'mail.sent' order by position`),
    (mails) => mails.filter(({ kind }) => kind === 'booking_confirmed').length === 2,
    60_000,
  );
  expect(sent.filter(({ kind }) => kind === 'booking_confirmed')).toEqual([
    { kind: 'booking_confirmed', document: documentId },
    { kind: 'booking_confirmed', document: documentId },
  ]);
  expect(sent.filter(({ kind, document }) => kind === 'hold_placed' && document !== null)).toEqual([]);
});

describe('a link to a document', () => {
  it('opens that document without log-in, in the page, and each opening is on record', async () => {
    const { body } = await hostLink();
    const before = (await readings()).length;
    for (const turn of [1, 2]) {
      const answer = await open(pathOf(body));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toMatch(/^inline/);
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect((await answer.text()).startsWith('%PDF-')).toBe(true);
      expect(await readings()).toHaveLength(before + turn);
    }
    expect((await readings()).at(-1)).toEqual({ actor: 'host', by: 'link' });
    const mine = await send<Link>(product, 'POST', '/my-booking/document-link', { token: booking.token });
    expect((await open(pathOf(mine.body))).status).toBe(200);
    expect((await readings()).at(-1)).toEqual({ actor: 'guest', by: 'link' });
  });

  it('ends after five minutes: programs get a problem, people a page, and nothing is read', async () => {
    const { body } = await hostLink();
    const before = (await readings()).length;
    vi.spyOn(product.shared.clock, 'now').mockReturnValue(new Date(Date.parse(body.expiresAt) + 1));
    const late = await open(pathOf(body));
    expect(late.status).toBe(410);
    expect(await late.json()).toMatchObject({ code: 'link_expired' });
    const browser = await open(pathOf(body), 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect([browser.status, browser.headers.get('location')]).toEqual([303, '/link-over']);
    expect(await readings()).toHaveLength(before);
  });

  it('cannot be guessed, changed, or used for another document', async () => {
    const { body } = await hostLink();
    const path = pathOf(body);
    const start = path.slice(0, path.lastIndexOf('/') + 1);
    const token = Buffer.from(path.slice(start.length), 'base64url');
    expect(token.toString('latin1')).not.toContain(documentId);
    for (const at of [0, 3, 20, token.length - 1]) {
      const changed = Buffer.from(token);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect((await open(start + changed.toString('base64url'))).status).toBe(410);
    }
    for (const guess of ['x', 'a'.repeat(250), booking.token]) expect((await open(start + guess)).status).toBe(410);
    expect((await open(`${start}${'a'.repeat(3_000)}`)).status).toBe(400);
  });

  it('is made only by whoever may read the document', async () => {
    const stranger = await buildHost(product);
    const path = `/bookings/${booking.id}/documents/${documentId}/link`;
    expect((await asHost(product, stranger, path, undefined)).status).toBe(404);
    expect((await send(product, 'POST', path)).status).toBe(401);
    const other = await confirmedBooking(product, host, await buildMeetingType(product, host));
    const wrong = `/bookings/${other.id}/documents/${documentId}/link`;
    expect((await asHost(product, host, wrong, undefined)).status).toBe(404);
  });
});

describe('an attempt to sign that is refused', () => {
  const refusals = (id: string) =>
    product.shared.database.anyFirst(sql.type(z.object({ code: z.string() }))`
      select detail ->> 'code' as code from audit_event where booking_id = ${id} and action = 'signing.refused' order by position`);

  it('is on record, and nothing is lost: another text, no image, then the signature, then the same link again', async () => {
    const type = await buildMeetingType(product, host, { nda: true });
    const first = await bookingToSign(product, host, type);
    const session = await openSigning(product, first.token);
    const attempt = (documentSha256: string, mark: unknown) =>
      send(product, 'POST', '/my-booking/signing/signature', {
        token: first.token,
        body: { consent: true, disclosureSha256: session.disclosure.sha256, documentSha256, mark },
      });
    const typed = { kind: 'typed', text: 'Grace Guest' };
    // As somebody does who has the text of another booking before them.
    expect(await attempt('0'.repeat(64), typed)).toMatchObject({ status: 409, body: { code: 'document_changed' } });
    const noImage = { kind: 'uploaded', imageBase64: Buffer.from('<svg onload="alert(1)"/>').toString('base64') };
    expect(await attempt(session.document.sha256, noImage)).toMatchObject({
      status: 422,
      body: { code: 'signature_unreadable' },
    });
    expect((await signTyped(product, first.token, session)).status).toBe(202);
    expect(await signTyped(product, first.token, session)).toMatchObject({
      status: 409,
      body: { code: 'already_signed' },
    });
    expect(await refusals(first.id)).toEqual(['document_changed', 'signature_unreadable', 'already_signed']);
    const signed = await send<string>(product, 'GET', '/my-booking/signing', { token: booking.token });
    expect(signed).toMatchObject({ status: 409, body: { code: 'already_signed' } });
  });
});

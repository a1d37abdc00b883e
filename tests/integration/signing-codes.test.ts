import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseCeremonies } from '#activities/ceremonies.ts';
import { signInCeremony } from '#db/changes/sign.ts';
import { ceremonyEvents } from '#db/queries/ceremonies.ts';
import type { SigningSession } from '#contract/signing.ts';
import { listMailbox, readMailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import { asHost, bookingToSign, mailsOf, trailOf, type HeldBooking } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  buildTemplate,
  eventually,
  grace,
  openSigning,
  send,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let ndaTemplateId: string;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  ndaTemplateId = await buildTemplate(product, host, { renewOnReschedule: false, emailCodeRequired: true });
});
afterAll(() => product.stop());

const newBooking = async () => bookingToSign(product, host, await buildMeetingType(product, host, { ndaTemplateId }));

async function codesMailed(address: string): Promise<string[]> {
  const mails = (await listMailbox(product.mailDir, { limit: 100 })).filter(({ to }) => to.address === address);
  const texts = await Promise.all(mails.map(async ({ id }) => (await readMailboxMessage(product.mailDir, id))?.text));
  return texts.flatMap((text) => /^\d{6}$/m.exec(text ?? '')?.[0] ?? []);
}

/** Asks for a code, and reads it from the mail. */
async function codeFor({ token }: HeldBooking, address: string): Promise<string> {
  const before = await codesMailed(address);
  const asked = await send<{ sentTo: string }>(product, 'POST', '/my-booking/signing/code', { token });
  expect(asked).toMatchObject({ status: 202, body: { sentTo: address } });
  const [code = ''] = await eventually(
    async () => (await codesMailed(address)).filter((one) => !before.includes(one)),
    (codes) => codes.length > 0,
  );
  return code;
}

const askForCode = ({ token }: HeldBooking) =>
  send<{ code?: string }>(product, 'POST', '/my-booking/signing/code', { token });

/** As if the pause between two codes had passed. */
const letPausePass = ({ id }: HeldBooking) =>
  product.shared.database.query(sql.unsafe`
    update ceremony set code_sent_at = code_sent_at - interval '1 minute' where booking_id = ${id}`);

const wrongFor = (code: string): string => (code === '000000' ? '000001' : '000000');

function sign({ token }: HeldBooking, { disclosure, document }: SigningSession, code: string) {
  const mark = { kind: 'typed', text: grace.name };
  const body = { consent: true, disclosureSha256: disclosure.sha256, documentSha256: document.sha256, mark, code };
  return send<{ code?: string }>(product, 'POST', '/my-booking/signing/signature', { token, body });
}

describe('the certificate of a signature', () => {
  it('has the address of the moment of signing, whatever is corrected before it is made', async () => {
    const booking = await newBooking();
    const session = await openSigning(product, booking.token);
    expect((await sign(booking, session, await codeFor(booking, grace.email))).status).toBe(202);
    const email = 'grace.later@example.net';
    expect((await asHost(product, host, `/bookings/${booking.id}/guest-email`, { email })).status).toBe(200);
    const completed = await databaseCeremonies(product.shared).completed(session.envelopeId);
    expect(completed?.signer).toEqual({ name: grace.name, email: grace.email });
  });
});

describe('the code that a template asks for', () => {
  it('fits once it came by mail, and the trail on the certificate says when', async () => {
    const booking = await newBooking();
    const session = await openSigning(product, booking.token);
    const code = await codeFor(booking, grace.email);
    expect(await sign(booking, session, wrongFor(code))).toMatchObject({ status: 422, body: { code: 'code_wrong' } });
    expect((await sign(booking, session, code)).status).toBe(202);
    const events = await ceremonyEvents(product.shared.database, session.envelopeId);
    expect(events.map(({ what }) => what)).toEqual([
      'sent',
      'viewed',
      'code_sent',
      'code_verified',
      'consented',
      'signed',
    ]);
  });

  it('is sent once, however many ask at once: each new one would be five more guesses', async () => {
    const { id, token } = await newBooking();
    await openSigning(product, token);
    const ask = () => send(product, 'POST', '/my-booking/signing/code', { token });
    const answers = await Promise.all(Array.from({ length: 5 }, ask));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 429, 429, 429, 429]);
    expect((await mailsOf(product, id)).filter(({ kind }) => kind === 'signing_code')).toHaveLength(1);
  });

  it('must still count when the signature is written down, whatever was corrected since it was looked at', async () => {
    const booking = await newBooking();
    const session = await openSigning(product, booking.token);
    const completion = {
      isCodeRequired: true,
      disclosureVersion: session.disclosure.version,
      disclosureSha256: session.disclosure.sha256,
      documentSha256: session.document.sha256,
      mark: { kind: 'typed' as const, cipher: Buffer.from('mark') },
      ip: null,
      userAgent: null,
    };
    const { database, cipher } = product.shared;
    const signed = signInCeremony(database, cipher, booking.id, completion, {
      type: 'guest',
      id: booking.id,
      ip: null,
    });
    await expect(signed).resolves.toEqual({ outcome: 'refused', code: 'code_required' });
  });

  it('fits no more once the address it went to was wrong: it would prove somebody else’s mailbox', async () => {
    const booking = await newBooking();
    const session = await openSigning(product, booking.token);
    const code = await codeFor(booking, grace.email);
    const email = 'grace.right@example.net';
    expect((await asHost(product, host, `/bookings/${booking.id}/guest-email`, { email })).status).toBe(200);
    expect(await sign(booking, session, code)).toMatchObject({ status: 422, body: { code: 'code_wrong' } });
    expect((await sign(booking, session, await codeFor(booking, email))).status).toBe(202);
  });
});

describe('all codes of one agreement together', () => {
  const limit = { status: 409, body: { code: 'code_limit_reached' } };
  const limitsIn = async ({ id }: HeldBooking) =>
    (await trailOf(product, host, id)).filter((entry) => entry.startsWith('signing_code.limit_reached'));

  it('are ten, and the last of them is still good', async () => {
    const booking = await newBooking();
    const session = await openSigning(product, booking.token);
    for (let count = 1; count < 10; count += 1) {
      await codeFor(booking, grace.email);
      await letPausePass(booking);
    }
    const last = await codeFor(booking, grace.email);
    await letPausePass(booking);
    expect(await askForCode(booking)).toMatchObject(limit);
    expect(await askForCode(booking)).toMatchObject(limit);
    expect(await limitsIn(booking)).toEqual(['signing_code.limit_reached by guest']);
    expect((await sign(booking, session, last)).status).toBe(202);
  }, 60_000);

  it('take twenty wrong tries: then no code fits, and none is sent, until the host sends the agreement again', async () => {
    const booking = await newBooking();
    const session = await openSigning(product, booking.token);
    let code = '';
    for (let codes = 1; codes <= 4; codes += 1) {
      await letPausePass(booking);
      code = await codeFor(booking, grace.email);
      for (let tries = 1; tries <= 5; tries += 1) {
        const isLast = codes === 4 && tries === 5;
        const refused = isLast ? limit : { status: 422, body: { code: 'code_wrong' } };
        expect(await sign(booking, session, wrongFor(code))).toMatchObject(refused);
      }
    }
    await letPausePass(booking);
    expect(await sign(booking, session, code)).toMatchObject(limit);
    expect(await askForCode(booking)).toMatchObject(limit);
    expect(await limitsIn(booking)).toEqual(['signing_code.limit_reached by guest']);
    expect((await asHost(product, host, `/bookings/${booking.id}/resend`, { recipient: 'guest' })).status).toBe(200);
    expect((await sign(booking, session, await codeFor(booking, grace.email))).status).toBe(202);
  }, 60_000);
});

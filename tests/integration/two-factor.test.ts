import { Secret, TOTP } from 'otpauth';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Me, RecoveryCodes, TwoFactor, TwoFactorSetUp } from '#contract/accounts.ts';
import { listMailbox } from '#integrations/mail/mailbox-reader.ts';
import { cookiesOf } from '#runtime/demo/client.ts';
import { buildHost, eventually, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

type Session = { cookie: string; csrf: string };
/** Seconds from now, in steps of the app: a code counts once, so that each use takes another of the three that count. */
const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });

async function setUp(host: TestHost) {
  const reply = await ask<z.infer<typeof TwoFactorSetUp>>(product, 'setUpTwoFactor', { body: host }, host);
  expect(reply.status).toBe(201);
  return reply.body;
}

/** Two-factor on, by the code before the present one, which leaves two to use. */
async function turnOn(host: TestHost) {
  const { secret } = await setUp(host);
  const body = { code: codeOf(secret, -1) };
  const reply = await ask<z.infer<typeof RecoveryCodes>>(product, 'confirmTwoFactor', { body }, host);
  expect(reply.status).toBe(200);
  const session: Session = { cookie: cookiesOf(reply.headers), csrf: reply.body.csrfToken };
  return { secret, recoveryCodes: reply.body.recoveryCodes, session };
}

const state = async (as: Session) => (await ask<z.infer<typeof TwoFactor>>(product, 'readTwoFactor', {}, as)).body;
const passwordStep = ({ email, password }: TestHost) => ask(product, 'logIn', { body: { email, password } });
const codeStep = (code: string, cookie: string) =>
  ask<z.infer<typeof Me>>(product, 'logInSecondStep', { body: { code } }, { cookie });

/** A code step on its own, from the password on. */
async function logIn(host: TestHost, code: string) {
  const first = await passwordStep(host);
  expect(first).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
  return codeStep(code, cookiesOf(first.headers));
}

function mailsTo(address: string, subject: RegExp) {
  return eventually(
    async () =>
      (await listMailbox(product.mailDir, { limit: 200 })).filter(
        (mail) => mail.to.address === address && subject.test(mail.subject),
      ),
    (mails) => mails.length > 0,
  );
}

describe('setting up two-factor', () => {
  it('asks for the password, and counts only after the first code', async () => {
    const host = await buildHost(product);
    const wrong = await ask(product, 'setUpTwoFactor', { body: { password: 'wrong horse' } }, host);
    expect(wrong).toMatchObject({ status: 403, body: { code: 'password_wrong', errors: [{ field: 'password' }] } });
    const { secret, address, qrCode } = await setUp(host);
    expect(address).toContain(`secret=${secret}`);
    expect(qrCode).toMatch(/^<svg /);
    expect((await passwordStep(host)).status).toBe(201);
    const refused = await ask(product, 'confirmTwoFactor', { body: { code: codeOf(secret, 40) } }, host);
    expect(refused).toMatchObject({ status: 403, body: { code: 'second_factor_wrong', errors: [{ field: 'code' }] } });
    expect(await state(host)).toMatchObject({ enabled: false, since: null, hasPassword: true });
  });

  it('renews this session, ends all others, tells the owner, and leaves ten recovery codes', async () => {
    const host = await buildHost(product);
    const elsewhere = { cookie: cookiesOf((await passwordStep(host)).headers), csrf: '' };
    const { session, recoveryCodes } = await turnOn(host);
    expect(recoveryCodes).toHaveLength(10);
    expect(await state(session)).toMatchObject({ enabled: true, recoveryCodesLeft: 10 });
    for (const ended of [host, elsewhere]) expect((await ask(product, 'me', {}, ended)).status).toBe(401);
    await mailsTo(host.email, /Two-factor log-in was turned on/);
    const again = await ask(product, 'setUpTwoFactor', { body: host }, session);
    expect(again).toMatchObject({ status: 409, body: { code: 'two_factor_on' } });
  });

  it('keeps neither the secret nor the recovery codes readable', async () => {
    const host = await buildHost(product);
    const { secret, recoveryCodes } = await turnOn(host);
    const rows = await product.shared.database.anyFirst(sql.type(z.object({ row: z.string() }))`
      select t::text as row from two_factor t union all select r::text from recovery_code r`);
    for (const plain of [secret, Buffer.from(secret).toString('hex'), ...recoveryCodes])
      expect(rows.join()).not.toContain(plain);
  });
});

describe('logging in with two-factor', () => {
  it('takes the password and then a code; the password alone opens nothing', async () => {
    const host = await buildHost(product);
    const { secret } = await turnOn(host);
    const first = await passwordStep(host);
    expect(first).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
    const half = cookiesOf(first.headers);
    expect((await ask(product, 'me', {}, { cookie: half })).status).toBe(401);
    const wrong = await codeStep(codeOf(secret, 40), half);
    expect(wrong).toMatchObject({ status: 403, body: { code: 'second_factor_wrong' } });
    const done = await codeStep(codeOf(secret), half);
    expect(done).toMatchObject({ status: 201, body: { email: host.email } });
    expect((await ask(product, 'me', {}, { cookie: cookiesOf(done.headers) })).status).toBe(200);
  });

  it('takes a code once, also of many at the same moment, and none that is older than the last', async () => {
    const host = await buildHost(product);
    const { secret } = await turnOn(host);
    const half = cookiesOf((await passwordStep(host)).headers);
    const code = codeOf(secret);
    const all = await Promise.all([1, 2, 3, 4].map(() => codeStep(code, half)));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403]);
    expect((await logIn(host, code)).body).toMatchObject({ code: 'second_factor_wrong' });
    expect((await logIn(host, codeOf(secret, -1))).status).toBe(403);
    expect((await logIn(host, codeOf(secret, 1))).status).toBe(201);
  });

  it('takes each recovery code once, however it is typed', async () => {
    const host = await buildHost(product);
    const { recoveryCodes } = await turnOn(host);
    const [code = ''] = recoveryCodes;
    const done = await logIn(host, code.toLowerCase().replaceAll('-', ' '));
    expect(done.status).toBe(201);
    expect((await logIn(host, code)).status).toBe(403);
    expect(await state({ cookie: cookiesOf(done.headers), csrf: '' })).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it('stops guessing codes', async () => {
    const host = await buildHost(product);
    const { secret } = await turnOn(host);
    const half = cookiesOf((await passwordStep(host)).headers);
    const guesses = await Promise.all(Array.from({ length: 12 }, () => codeStep('000000', half)));
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2);
    expect((await codeStep(codeOf(secret), half)).status).toBe(429);
  });

  it('does not take a second step that nobody began, or that was made up', async () => {
    for (const cookie of ['', 'countersign-second-step=AAAA']) {
      expect(await codeStep('123456', cookie)).toMatchObject({ status: 401, body: { code: 'log_in_expired' } });
    }
  });
});

describe('turning two-factor off', () => {
  it('asks for the password and a code, and tells the owner', async () => {
    const host = await buildHost(product);
    const { secret, session } = await turnOn(host);
    const end = (body: object) => ask<z.infer<typeof Me>>(product, 'endTwoFactor', { body }, session);
    expect((await end({ password: 'wrong horse', code: codeOf(secret) })).status).toBe(403);
    expect((await end({ password: host.password, code: codeOf(secret, 40) })).status).toBe(403);
    // The wrong password has not used the code up.
    const done = await end({ password: host.password, code: codeOf(secret) });
    expect(done.status).toBe(200);
    const renewed = { cookie: cookiesOf(done.headers), csrf: done.body.csrfToken };
    expect(await state(renewed)).toMatchObject({ enabled: false, recoveryCodesLeft: 0 });
    expect((await passwordStep(host)).status).toBe(201);
    await mailsTo(host.email, /Two-factor log-in was turned off/);
  });

  it('is not needed for new recovery codes, which end the earlier ones', async () => {
    const host = await buildHost(product);
    const { secret, session, recoveryCodes } = await turnOn(host);
    const body = { password: host.password, code: codeOf(secret) };
    const renewed = await ask<z.infer<typeof RecoveryCodes>>(product, 'renewRecoveryCodes', { body }, session);
    expect(renewed.status).toBe(200);
    expect((await logIn(host, recoveryCodes[0] ?? '')).status).toBe(403);
    expect((await logIn(host, renewed.body.recoveryCodes[0] ?? '')).status).toBe(201);
  });
});

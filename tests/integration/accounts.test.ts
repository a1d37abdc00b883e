import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Me } from '#contract/accounts.ts';
import type { RouteName } from '#contract/routes.ts';
import { listMailbox, readMailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import { cookiesOf } from '#runtime/demo/client.ts';
import { eventually, type Reply } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

type Session = { cookie: string; csrf: string };
type Account = Session & { email: string; me: z.infer<typeof Me> };
const password = 'correct horse battery';
let count = 0;

async function register(overrides: { name?: string } = {}): Promise<Account> {
  count += 1;
  const email = `ada-${count}@example.org`;
  const body = {
    email,
    password,
    name: 'Ada Lovelace',
    organizationName: 'Engines',
    timeZone: 'Europe/London',
    ...overrides,
  };
  const reply = await ask(product, 'register', { body });
  expect(reply.status).toBe(201);
  return { ...sessionOf(reply), email, me: Me.parse(reply.body) };
}

function sessionOf(reply: Reply<unknown>): Session {
  return { cookie: cookiesOf(reply.headers), csrf: Me.parse(reply.body).csrfToken };
}

async function logIn(email: string, with_: string = password): Promise<Session> {
  const reply = await ask(product, 'logIn', { body: { email, password: with_ } });
  expect(reply.status).toBe(201);
  return sessionOf(reply);
}

const readMe = (session: Session) => ask<z.infer<typeof Me>>(product, 'me', {}, session);

type LinkPage = 'verify-email' | 'reset-password';

/** The tokens of the links that were mailed; waits until there are so many. */
function tokensFromMail(to: string, page: LinkPage, mails: number): Promise<string[]> {
  return eventually(
    async () => {
      const entries = (await listMailbox(product.mailDir, { limit: 200 })).filter((mail) => mail.to.address === to);
      const texts = await Promise.all(
        entries.map(async ({ id }) => (await readMailboxMessage(product.mailDir, id))?.text ?? ''),
      );
      return texts.flatMap((text) => new RegExp(`/${page}#([A-Za-z0-9_-]+)`).exec(text)?.[1] ?? []);
    },
    (tokens) => tokens.length >= mails,
  );
}

async function tokenFromMail(to: string, page: LinkPage): Promise<string> {
  const [token = ''] = await tokensFromMail(to, page, 1);
  return token;
}

describe('registering', () => {
  it('makes an account, its organization and a host with a public page, logged in at once', async () => {
    const { me, cookie } = await register({ name: 'Ada Łovelace' });
    expect(me).toMatchObject({ role: 'OWNER', emailVerified: false, organization: { name: 'Engines' } });
    expect(me.host.slug).toMatch(/^ada-/);
    expect((await readMe({ cookie, csrf: '' })).body).toMatchObject({ accountId: me.accountId });
    const page = await ask(product, 'hostPage', { params: { hostSlug: me.host.slug } });
    expect(page).toMatchObject({ status: 200, body: { meetingTypes: [] } });
  });

  it('refuses an address that is registered, whatever its case, and says so by code', async () => {
    const { email } = await register();
    const body = { email: email.toUpperCase(), password, name: 'A', organizationName: 'B', timeZone: 'UTC' };
    expect(await ask(product, 'register', { body })).toMatchObject({ status: 409, body: { code: 'email_taken' } });
  });

  it('gives two people of one name two links', async () => {
    const [one, two] = [await register({ name: 'Same Name' }), await register({ name: 'Same Name' })];
    expect([one.me.host.slug, two.me.host.slug]).toEqual(['same-name', 'same-name-2']);
    const taken = await ask(product, 'changeProfile', { body: { slug: 'same-name' } }, two);
    expect(taken).toMatchObject({ status: 409, body: { code: 'slug_taken' } });
  });

  it('is done once under one key, however often the answer is lost', async () => {
    const key = crypto.randomUUID();
    const body = { email: 'once@example.org', password, name: 'On Ce', organizationName: 'B', timeZone: 'UTC' };
    const first = await ask<z.infer<typeof Me>>(product, 'register', { body }, { key });
    const again = await ask<z.infer<typeof Me>>(product, 'register', { body }, { key });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.getSetCookie()).toEqual(first.headers.getSetCookie());
    expect((await readMe(sessionOf(again))).status).toBe(200);
    const other = await ask(product, 'register', { body: { ...body, password: 'other horse battery' } }, { key });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    // The process died after it had stored the account, before it had stored its answer.
    await product.shared.database.query(sql.unsafe`delete from idempotency_key where key = ${key}`);
    const resumed = await ask<z.infer<typeof Me>>(product, 'register', { body }, { key });
    expect(resumed).toMatchObject({ status: 201, body: { accountId: first.body.accountId } });
  });

  it('refuses a password that everybody tries first, or that is made of the account’s own words', async () => {
    const body = { email: 'weak@example.org', password, name: 'Ada Lovelace', organizationName: 'B', timeZone: 'UTC' };
    for (const weak of ['password1', 'Lovelace1!']) {
      const reply = await ask(product, 'register', { body: { ...body, password: weak } });
      expect(reply).toMatchObject({
        status: 422,
        body: { code: 'password_too_common', errors: [{ field: 'password' }] },
      });
    }
  });

  it('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const { email } = await register();
    const reply = await ask(product, 'logIn', { body: { email, password } });
    const [line = ''] = reply.headers.getSetCookie();
    expect(line).toMatch(/^countersign=[A-Za-z0-9_-]{43}; /);
    expect(line).toContain('HttpOnly');
    expect(line).toContain('SameSite=Lax');
    expect(line).toContain('Path=/');
  });
});

describe('the verification of an address', () => {
  it('goes by a link that works once', async () => {
    const account = await register();
    const token = await tokenFromMail(account.email, 'verify-email');
    expect((await readMe(account)).body.emailVerified).toBe(false);
    expect((await ask(product, 'verifyEmail', { body: { token } })).status).toBe(204);
    expect((await readMe(account)).body.emailVerified).toBe(true);
    const again = await ask(product, 'verifyEmail', { body: { token } });
    expect(again).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
  });

  it('can be asked for again, which ends the earlier link', async () => {
    const account = await register();
    const first = await tokenFromMail(account.email, 'verify-email');
    expect((await ask(product, 'requestEmailVerification', {}, account)).status).toBe(202);
    const tokens = await tokensFromMail(account.email, 'verify-email', 2);
    const second = tokens.find((token) => token !== first);
    expect(await ask(product, 'verifyEmail', { body: { token: first } })).toMatchObject({ status: 400 });
    expect(await ask(product, 'verifyEmail', { body: { token: second } })).toMatchObject({ status: 204 });
  });

  it('is not done by the link that resets a password', async () => {
    const { email } = await register();
    await ask(product, 'requestPasswordReset', { body: { email } });
    const token = await tokenFromMail(email, 'reset-password');
    expect(await ask(product, 'verifyEmail', { body: { token } })).toMatchObject({ body: { code: 'token_invalid' } });
  });
});

describe('logging in', () => {
  it('answers a wrong password and an unknown account with the same words', async () => {
    const { email } = await register();
    const wrong = await ask(product, 'logIn', { body: { email, password: 'wrong horse battery' } });
    const unknown = await ask(product, 'logIn', { body: { email: 'nobody@example.org', password } });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
    expect(unknown.body).toEqual(wrong.body);
    expect([unknown.status, unknown.headers.getSetCookie()]).toEqual([wrong.status, wrong.headers.getSetCookie()]);
  });

  it('takes about as long for an unknown account as for a wrong password', async () => {
    const { email } = await register();
    const timed = async (address: string) => {
      const since = performance.now();
      await ask(product, 'logIn', { body: { email: address, password: 'wrong horse battery' } });
      return performance.now() - since;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      known.push(await timed(email));
      unknown.push(await timed('nobody@example.org'));
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    // Without the hash of nobody it would be a small fraction.
    expect(median(unknown) / median(known)).toBeGreaterThan(0.4);
  });

  it('finds the account whatever the case of the address, and the way the password was typed', async () => {
    const { email } = await register();
    await logIn(email.toUpperCase());
    // NFKC: the same letter from another keyboard.
    const session = await logIn(email, password.replace('c', '\uff43'));
    expect((await readMe(session)).status).toBe(200);
  });

  it('gives every session a token of its own', async () => {
    const { email } = await register();
    const [one, two] = [await logIn(email), await logIn(email)];
    expect(one.cookie).not.toBe(two.cookie);
    expect(one.csrf).not.toBe(two.csrf);
  });

  it('is over after logging out, on the server too', async () => {
    const { email } = await register();
    const session = await logIn(email);
    const reply = await ask(product, 'logOut', {}, session);
    expect(reply.status).toBe(204);
    expect(reply.headers.getSetCookie()[0]).toMatch(/^countersign=;.*Expires=Thu, 01 Jan 1970/);
    expect((await readMe(session)).status).toBe(401);
  });
});

describe('sessions', () => {
  type Listed = { items: { id: string; current: boolean; userAgent: string | null }[] };
  const list = async (session: Session) => (await ask<Listed>(product, 'listSessions', {}, session)).body.items;

  it('are listed, and can be ended one by one or all but this', async () => {
    const account = await register();
    const [phone, desk, other] = [await logIn(account.email), await logIn(account.email), await logIn(account.email)];
    const items = await list(desk);
    expect(items).toHaveLength(4);
    expect(items.filter(({ current }) => current)).toHaveLength(1);
    const ofPhone = (await list(phone)).find(({ current }) => current)?.id ?? '';
    expect((await ask(product, 'revokeSession', { params: { id: ofPhone } }, desk)).status).toBe(204);
    expect((await readMe(phone)).status).toBe(401);
    expect((await readMe(other)).status).toBe(200);
    expect((await ask(product, 'revokeOtherSessions', {}, desk)).status).toBe(204);
    expect([(await readMe(other)).status, (await readMe(account)).status]).toEqual([401, 401]);
    expect(await list(desk)).toHaveLength(1);
  });

  it('can all be ended at once, this one with them', async () => {
    const account = await register();
    const phone = await logIn(account.email);
    const reply = await ask(product, 'revokeOtherSessions', { query: { current: 'end' } }, phone);
    expect(reply.status).toBe(204);
    expect(reply.headers.getSetCookie()[0]).toMatch(/^countersign=;/);
    expect([(await readMe(phone)).status, (await readMe(account)).status]).toEqual([401, 401]);
  });

  it.each([
    ['not used for 14 days', sql.fragment`last_seen_at = now() - interval '14 days 1 minute'`],
    ['60 days old, however often it is used', sql.fragment`expires_at = expires_at - interval '60 days 1 minute'`],
  ])('end when they are %s', async (_, age) => {
    const account = await register();
    await product.shared.database.query(
      sql.unsafe`update session set ${age} where account_id = ${account.me.accountId}`,
    );
    expect((await readMe(account)).status).toBe(401);
  });
});

describe('a password that its owner changes', () => {
  const next = 'another horse battery';

  it('asks for the present one, goes on under a new session, and ends all others', async () => {
    const account = await register();
    const phone = await logIn(account.email);
    const change = (body: object, as: Session) => ask<z.infer<typeof Me>>(product, 'changePassword', { body }, as);
    const wrong = await change({ current: 'not this one', password: next }, account);
    expect(wrong).toMatchObject({ status: 403, body: { code: 'password_wrong', errors: [{ field: 'current' }] } });
    const weak = await change({ current: password, password: 'password1' }, account);
    expect(weak).toMatchObject({ status: 422, body: { code: 'password_too_common' } });
    const reply = await change({ current: password, password: next }, account);
    expect(reply.status).toBe(200);
    const renewed = sessionOf(reply);
    expect(renewed.cookie).not.toBe(account.cookie);
    expect([(await readMe(renewed)).status, (await readMe(account)).status, (await readMe(phone)).status]).toEqual([
      200, 401, 401,
    ]);
    await logIn(account.email, next);
  });
});

describe('a forgotten password', () => {
  it('is set anew by a link that works once, and ends every session', async () => {
    const account = await register();
    const session = await logIn(account.email);
    await ask(product, 'requestPasswordReset', { body: { email: account.email } });
    const token = await tokenFromMail(account.email, 'reset-password');
    const next = 'another horse battery';
    const weak = await ask(product, 'resetPassword', { body: { token, password: 'short' } });
    expect(weak).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
    expect((await ask(product, 'resetPassword', { body: { token, password: next } })).status).toBe(204);
    expect([(await readMe(session)).status, (await readMe(account)).status]).toEqual([401, 401]);
    expect(await ask(product, 'logIn', { body: { email: account.email, password } })).toMatchObject({ status: 401 });
    expect((await readMe(await logIn(account.email, next))).body.emailVerified).toBe(true);
    const again = await ask(product, 'resetPassword', { body: { token, password } });
    expect(again).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
  });

  it('is not set to the account’s own words, and the link stays good for a better one', async () => {
    const { email } = await register();
    await ask(product, 'requestPasswordReset', { body: { email } });
    const token = await tokenFromMail(email, 'reset-password');
    for (const weak of [email, 'iloveyou1']) {
      const refused = await ask(product, 'resetPassword', { body: { token, password: weak } });
      expect(refused).toMatchObject({ status: 422, body: { code: 'password_too_common' } });
    }
    const better = await ask(product, 'resetPassword', { body: { token, password: 'another horse battery' } });
    expect(better.status).toBe(204);
  });

  it('is answered in the same way for an account that does not exist, and no mail goes out', async () => {
    const { email } = await register();
    const known = await ask(product, 'requestPasswordReset', { body: { email } });
    const unknown = await ask(product, 'requestPasswordReset', { body: { email: 'nobody-else@example.org' } });
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    await tokenFromMail(email, 'reset-password');
    const mails = await listMailbox(product.mailDir, { limit: 500 });
    expect(mails.filter(({ to }) => to.address === 'nobody-else@example.org')).toEqual([]);
  });

  it('is answered before anything is done about it: how long that takes tells nobody whether there is an account', async () => {
    const { email } = await register();
    const { database } = product.shared;
    await database.transaction(async (tx) => {
      // What an account that exists makes of the request cannot go on now.
      await tx.query(sql.unsafe`select from account where email = ${email} for update`);
      expect((await ask(product, 'requestPasswordReset', { body: { email } })).status).toBe(202);
    });
    await tokenFromMail(email, 'reset-password');
  });

  it('is not offered by a mail that leaves when its link is over', async () => {
    const { email } = await register();
    await tokenFromMail(email, 'verify-email');
    const { database } = product.shared;
    const status = sql.type(z.object({ status: z.string() }))`
      select status from message where kind = 'reset_password' and organization_id = (
        select m.organization_id from member m join account a on a.id = m.account_id where a.email = ${email})`;
    await product.worker.stop();
    await ask(product, 'requestPasswordReset', { body: { email } });
    await eventually(
      () => database.anyFirst(status),
      (all) => all.length === 1,
    );
    await database.query(
      sql.unsafe`update message set requested_at = requested_at - interval '30 minutes' where kind = 'reset_password' and status = 'requested'`,
    );
    await product.worker.start();
    await eventually(
      () => database.oneFirst(status),
      (now) => now !== 'requested',
    );
    expect(await database.oneFirst(status)).toBe('superseded');
    const mails = (await listMailbox(product.mailDir, { limit: 500 })).filter(({ to }) => to.address === email);
    expect(mails).toHaveLength(1);
  });

  it('cannot be set by a link of another kind, or an invented one', async () => {
    const { email } = await register();
    const token = await tokenFromMail(email, 'verify-email');
    for (const wrong of [token, 'x'.repeat(43)]) {
      const reply = await ask(product, 'resetPassword', { body: { token: wrong, password } });
      expect(reply).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
    }
  });
});

describe('rate limits', () => {
  let narrow: Product;
  beforeAll(async () => {
    const limits = { attemptsPerMinute: 5, holdsPerMinute: 3, readsPerMinute: 60 };
    narrow = await startProduct({ limits, startWorker: false });
  });
  afterAll(() => narrow.stop());

  async function untilLimited(name: RouteName, body: unknown): Promise<{ allowed: number; reply: Reply<unknown> }> {
    for (let allowed = 0; allowed < 100; allowed += 1) {
      const reply = await ask<unknown>(narrow, name, { body });
      if (reply.status === 429) return { allowed, reply };
    }
    throw new Error(`${name} is never limited.`);
  }

  it('stop guessing a password, with the seconds to wait, but do not lock the account for everybody', async () => {
    const body = { email: 'ada@example.org', password: 'guess' };
    const { allowed, reply } = await untilLimited('logIn', body);
    expect(allowed).toBe(5);
    expect(reply.body).toMatchObject({ code: 'rate_limited', status: 429 });
    const retryAfter = Number(reply.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    const other = await ask(narrow, 'logIn', { body: { ...body, email: 'grace@example.org' } });
    expect(other.status).toBe(401);
  });

  it('make strangers wait for a guessed account, from wherever they come, but not its own browsers', async () => {
    const email = 'guarded@example.org';
    const body = { email, password, name: 'Guarded', organizationName: 'B', timeZone: 'UTC' };
    const mine = cookiesOf((await ask(product, 'register', { body })).headers);
    // From many addresses: each has used up nothing of its own, as in `product`, which allows many attempts per address.
    const guess = (as: { cookie?: string } = {}) =>
      ask(product, 'logIn', { body: { email, password: 'wrong horse battery' } }, as);
    const guesses = await Promise.all(Array.from({ length: 14 }, () => guess()));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    const stranger = await ask(product, 'logIn', { body: { email, password } });
    expect(stranger).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(await ask(product, 'logIn', { body: { email, password } }, { cookie: mine })).toMatchObject({ status: 201 });
    // The way back in by mail is open too, and makes this browser known.
    await ask(product, 'requestPasswordReset', { body: { email } });
    const token = await tokenFromMail(email, 'reset-password');
    const reset = await ask(product, 'resetPassword', { body: { token, password: 'another horse battery' } });
    const fresh = await ask(
      product,
      'logIn',
      { body: { email, password: 'another horse battery' } },
      { cookie: cookiesOf(reset.headers) },
    );
    expect(fresh.status).toBe(201);
  });

  it('wait in the same way for an account that does not exist', async () => {
    const body = { email: 'no-such-account@example.org', password: 'wrong horse battery' };
    const replies = await Promise.all(Array.from({ length: 14 }, () => ask(product, 'logIn', { body })));
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(4);
  });

  it('stop asking for mails, for links, and for slots', async () => {
    const link = { token: 'x'.repeat(43) };
    expect((await untilLimited('verifyEmail', link)).allowed).toBe(5);
    const guest = { name: 'Grace', email: 'grace@example.net', timeZone: 'UTC' };
    const booking = { meetingTypeId: crypto.randomUUID(), startsAt: '2031-01-01T10:00:00Z', guest };
    expect((await untilLimited('hold', booking)).allowed).toBe(3);
  });
});

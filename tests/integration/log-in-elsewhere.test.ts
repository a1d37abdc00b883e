import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { LinkedLogIn, LogInElsewhere, LogInElsewhereDone } from '#contract/accounts.ts';
import type { Problem } from '#contract/problems.ts';
import { cookiesOf } from '#runtime/demo/client.ts';
import { startGithubServer, type GithubServer } from '#tests/log-in-servers/github-server.ts';
import { startOidcServer, type OidcServer } from '#tests/log-in-servers/oidc-server.ts';
import { buildHost, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

const publicUrl = 'http://localhost:4400';
const client = { clientId: 'countersign', clientSecret: 'a secret between the two' };
let product: Product;
let oidc: OidcServer;
let github: GithubServer;

beforeAll(async () => {
  oidc = await startOidcServer({ ...client, redirectUri: `${publicUrl}/log-in/return/oidc` });
  github = await startGithubServer(client);
  product = await startProduct({
    env: {
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: oidc.issuer,
      OIDC_NAME: 'Our house',
      OIDC_CLIENT_ID: client.clientId,
      OIDC_CLIENT_SECRET: client.clientSecret,
      GITHUB_URL: github.url,
      GITHUB_CLIENT_ID: client.clientId,
      GITHUB_CLIENT_SECRET: client.clientSecret,
    },
  });
});
afterAll(async () => {
  await product.stop();
  await Promise.all([oidc.stop(), github.stop()]);
});

type Done = z.infer<typeof LogInElsewhereDone> & Problem;
let person: { sub: string; email: string; email_verified: boolean; name: string };
beforeEach(() => {
  const sub = randomUUID();
  person = { sub, email: `${sub}@example.org`, email_verified: true, name: 'Ada Lovelace' };
  oidc.person = person;
  github.person = {
    id: Math.floor(Math.random() * 1e9),
    login: 'ada',
    name: null,
    emails: [
      { email: 'other@example.org', primary: false, verified: true },
      { email: person.email, primary: true, verified: true },
    ],
  };
});

/** A browser on the other site's pages, until it is sent back to ours. */
async function visit(url: string): Promise<string> {
  const jar = new Map<string, string>();
  for (let address = url, hops = 0; hops < 12; hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${address} was answered with ${response.status}: ${await response.text()}`);
    address = new URL(location, address).href;
    if (address.startsWith(publicUrl)) return new URL(address).search;
  }
  throw new Error('The other site sends the browser in circles.');
}

async function begin(provider: string): Promise<{ url: string; cookie: string }> {
  const reply = await ask<z.infer<typeof LogInElsewhere>>(product, 'beginLogInElsewhere', { params: { provider } });
  expect(reply.status).toBe(201);
  return { url: reply.body.url, cookie: cookiesOf(reply.headers) };
}

function finish(provider: string, parameters: string, cookie: string) {
  const body = { parameters, timeZone: 'Europe/Riga', locale: 'en' };
  return ask<Done>(product, 'finishLogInElsewhere', { params: { provider }, body }, { cookie });
}

async function logIn(provider: string) {
  const { url, cookie } = await begin(provider);
  return finish(provider, await visit(url), cookie);
}

const linked = async (as: { cookie: string; csrf: string }) =>
  (await ask<{ items: z.infer<typeof LinkedLogIn>[] }>(product, 'listLinkedLogIns', {}, as)).body.items;

async function hostWithAddress(email: string): Promise<TestHost> {
  const host = await buildHost(product);
  await product.shared.database.query(sql.unsafe`update account set email = ${email} where id = ${host.accountId}`);
  return { ...host, email };
}

it('only what is configured is offered', async () => {
  const reply = await ask(product, 'listLogInProviders', {});
  expect(reply.body).toEqual({
    items: [
      { id: 'oidc', name: 'Our house' },
      { id: 'github', name: 'GitHub' },
    ],
  });
  expect(await ask(product, 'beginLogInElsewhere', { params: { provider: 'google' } })).toMatchObject({ status: 404 });
});

describe.each(['oidc', 'github'])('log-in through another site (%s)', (provider) => {
  it('makes an account with a confirmed address for somebody new, and finds it again', async () => {
    const first = await logIn(provider);
    expect(first).toMatchObject({
      status: 201,
      body: { outcome: 'registered', me: { email: person.email, emailVerified: true, role: 'OWNER' } },
    });
    const session = { cookie: cookiesOf(first.headers), csrf: first.body.me.csrfToken };
    expect((await ask(product, 'me', {}, session)).status).toBe(200);
    const again = await logIn(provider);
    expect(again).toMatchObject({ body: { outcome: 'logged_in', me: { accountId: first.body.me.accountId } } });
    expect(await linked(session)).toHaveLength(1);
  });

  it('opens the account that has the address, when both sides have confirmed it', async () => {
    const host = await hostWithAddress(person.email);
    const reply = await logIn(provider);
    expect(reply).toMatchObject({ body: { outcome: 'logged_in', me: { accountId: host.accountId } } });
    expect((await linked(host)).map((one) => one.provider)).toEqual([provider]);
  });

  it('does not open an account whose address nobody confirmed here: somebody else may have made it', async () => {
    const host = await hostWithAddress(person.email);
    await product.shared.database.query(
      sql.unsafe`update account set email_verified_at = null where id = ${host.accountId}`,
    );
    expect(await logIn(provider)).toMatchObject({ status: 403, body: { code: 'email_unconfirmed' } });
    expect(await linked(host)).toEqual([]);
  });

  it('neither opens nor makes an account by an address that the other site does not vouch for', async () => {
    const host = await hostWithAddress(person.email);
    oidc.person = { ...person, email_verified: false };
    github.person.emails = [{ email: person.email, primary: true, verified: false }];
    expect(await logIn(provider)).toMatchObject({ status: 403, body: { code: 'email_not_vouched' } });
    expect(await linked(host)).toEqual([]);
  });

  it('is refused with another state, without the cookie of the attempt, and with a code that was used', async () => {
    const { url, cookie } = await begin(provider);
    const parameters = await visit(url);
    const other = await begin(provider);
    const refused = { status: 401, body: { code: 'log_in_refused' } };
    expect(await finish(provider, parameters, other.cookie)).toMatchObject(refused);
    expect(await finish(provider, parameters, '')).toMatchObject({ status: 401, body: { code: 'log_in_expired' } });
    expect((await finish(provider, parameters, cookie)).status).toBe(201);
    expect(await finish(provider, parameters, cookie)).toMatchObject(refused);
  });

  it('asks for the code where two-factor is on', async () => {
    const host = await hostWithAddress(person.email);
    const seal = product.shared.cipher.seal('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 'two_factor.secret');
    await product.shared.database.query(sql.unsafe`
      insert into two_factor (account_id, secret_cipher, confirmed_at) values (${host.accountId}, ${sql.binary(seal)}, now())`);
    const reply = await logIn(provider);
    expect(reply).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });
    expect((await ask(product, 'me', {}, { cookie: cookiesOf(reply.headers) })).status).toBe(401);
  });
});

it('somebody who says no at the other site is told so', async () => {
  oidc.person = null;
  expect(await logIn('oidc')).toMatchObject({ status: 401, body: { code: 'log_in_refused' } });
});

it('the browser is sent with PKCE, state and nonce, and none of their secrets', async () => {
  const { url, cookie } = await begin('oidc');
  const asked = new URL(url).searchParams;
  expect(asked.get('code_challenge_method')).toBe('S256');
  for (const name of ['code_challenge', 'state', 'nonce']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
  expect(asked.get('redirect_uri')).toBe(`${publicUrl}/log-in/return/oidc`);
  for (const name of ['state', 'nonce']) expect(cookie).not.toContain(asked.get(name));
});

describe('linking while logged in', () => {
  async function link(host: TestHost, provider: string, password = host.password) {
    const request = { params: { provider }, body: { password } };
    const reply = await ask<z.infer<typeof LogInElsewhere> & Problem>(product, 'linkLogIn', request, host);
    if (reply.status !== 201) return reply;
    const cookie = `${host.cookie}; ${cookiesOf(reply.headers)}`;
    return finish(provider, await visit(reply.body.url), cookie);
  }

  it('asks for the password, takes any address, and can be undone', async () => {
    const host = await buildHost(product);
    expect(await link(host, 'github', 'wrong horse')).toMatchObject({ status: 403, body: { code: 'password_wrong' } });
    expect(await link(host, 'github')).toMatchObject({ status: 201, body: { outcome: 'linked' } });
    expect(await logIn('github')).toMatchObject({ body: { me: { accountId: host.accountId } } });
    const [one] = await linked(host);
    expect(one).toMatchObject({ provider: 'github', name: 'GitHub' });
    const undone = await ask(product, 'unlinkLogIn', { params: { id: one?.id ?? '' } }, host);
    expect([undone.status, await linked(host)]).toEqual([204, []]);
  });

  it('does not take an identity from another account', async () => {
    const [one, other] = [await buildHost(product), await buildHost(product)];
    expect((await link(one, 'oidc')).status).toBe(201);
    expect(await link(other, 'oidc')).toMatchObject({ status: 409, body: { code: 'identity_taken' } });
    expect(await linked(other)).toEqual([]);
  });

  it('is not finished in a browser where somebody else is logged in', async () => {
    const [one, other] = [await buildHost(product), await buildHost(product)];
    const request = { params: { provider: 'oidc' }, body: { password: one.password } };
    const begun = await ask<z.infer<typeof LogInElsewhere>>(product, 'linkLogIn', request, one);
    const attempt = cookiesOf(begun.headers);
    const reply = await finish('oidc', await visit(begun.body.url), `${other.cookie}; ${attempt}`);
    expect(reply).toMatchObject({ status: 401, body: { code: 'not_logged_in' } });
    expect([await linked(one), await linked(other)]).toEqual([[], []]);
  });
});

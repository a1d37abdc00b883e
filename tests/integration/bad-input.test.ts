import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '#api/openapi.ts';
import { Problem } from '#contract/problems.ts';
import { routes, type Route, type RouteName } from '#contract/routes.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, openSigning, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodRequests, routeNames, type RequestIds, type RouteRequest } from '#tests/requests.ts';

let product: Product;
let host: TestHost;
let token: string;
let good: Record<RouteName, RouteRequest>;

beforeAll(async () => {
  product = await startProduct({ limits: { attemptsPerMinute: 100_000 } });
  host = await buildHost(product);
  const type = await buildMeetingType(product, host, { nda: true });
  const held = await holdSlot(product, type, await findSlot(product, host, type));
  token = held.body.token;
  const session = await openSigning(product, token);
  const ids: RequestIds = {
    session: randomUUID(),
    schedule: randomUUID(),
    meetingType: type.id,
    ndaTemplate: host.ndaTemplateId,
    booking: held.body.booking.id,
    document: session.document.id,
    deadLetter: randomUUID(),
    apiKey: randomUUID(),
    linkedLogIn: randomUUID(),
    organization: randomUUID(),
    member: randomUUID(),
    invitation: randomUUID(),
    hostSlug: host.slug,
    meetingTypeSlug: type.slug,
  };
  good = goodRequests(ids);
});
afterAll(() => product.stop());

type JsonPath = readonly (string | number)[];
const as = (name: RouteName) => ({ host, guest: { token }, public: {} })[routes[name].audience];
const routeOf = (name: RouteName): Route => routes[name];
const withBody = routeNames.filter((name) => routeOf(name).body);
const withQuery = routeNames.filter((name) => routeOf(name).query);
const withParams = routeNames.filter((name) => routeOf(name).params);

/** Every value inside a JSON value, with the way to it; the value itself is not one of them. */
function pathsIn(value: unknown, path: JsonPath = []): JsonPath[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => [[...path, key], ...pathsIn(inner, [...path, key])]);
}

const absent = Symbol('absent');

/** A copy with another value at one place; `absent` takes it out. */
function replaced(value: unknown, [key, ...rest]: JsonPath, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      index !== key ? [item] : rest.length === 0 && by === absent ? [] : [replaced(item, rest, by)],
    );
  }
  const object = value as Record<string, unknown>;
  const { [key]: inner, ...others } = object;
  return rest.length === 0 && by === absent ? others : { ...others, [key]: replaced(inner, rest, by) };
}

/** What every refusal must be: a problem document that names what is wrong, and nothing of our insides. */
function expectRefusal(reply: { status: number; body: unknown; headers: Headers }, about: unknown): Problem {
  expect(reply.headers.get('content-type'), JSON.stringify(about)).toContain('application/problem+json');
  const problem = Problem.parse(reply.body);
  expect(problem.status).toBe(reply.status);
  expect(JSON.stringify(problem)).not.toMatch(/\bat .+:\d+:\d+|node_modules|select |insert into/);
  if (problem.code === 'validation_failed') {
    expect(problem.errors?.length, JSON.stringify(about)).toBeGreaterThan(0);
    for (const { field, message } of problem.errors ?? []) {
      expect(field, JSON.stringify(about)).not.toBe('');
      expect(message).not.toBe('');
    }
  }
  return problem;
}

const document = openApiDocument('http://localhost');

/** What /openapi.json says of an answer with this status. */
function documented(name: RouteName, status: number): string {
  const { path, method } = routeOf(name);
  return document.paths?.[path]?.[method]?.responses?.[status]?.description ?? '';
}

/** Whatever is sent, the answer is what the contract says: success in the success schema, or a refusal below 500. */
async function askAnything(name: RouteName, request: RouteRequest) {
  const about = { name, request };
  const reply = await ask<unknown>(product, name, request, as(name));
  expect(reply.status, `${JSON.stringify(about)} → ${JSON.stringify(reply.body)}`).toBeLessThan(500);
  const { status, body } = routeOf(name).success;
  if (reply.status === status) {
    if (body) expect(body.safeParse(reply.body).error, JSON.stringify(about)).toBeUndefined();
  } else {
    const { code } = expectRefusal(reply, about);
    expect(documented(name, reply.status), `${name} ${reply.status}`).toContain(`\`${code}\``);
  }
  return reply;
}

describe.each(withBody)('the body of %s', (name) => {
  it('is refused by field where a value is of the wrong type', async () => {
    for (const path of pathsIn(good[name].body)) {
      const wrong = { wrong: { type: [7] } };
      const body = replaced(good[name].body, path, wrong);
      if (routeOf(name).body?.safeParse(body).success) continue;
      const reply = await askAnything(name, { ...good[name], body });
      expect(reply.status, `${name} ${path.join('.')}`).toBe(400);
      const fields = (reply.body as Problem).errors?.map(({ field }) => field) ?? [];
      expect(
        fields.some((field) => field.startsWith(path.join('.'))),
        `${path.join('.')} in ${fields}`,
      ).toBe(true);
    }
  });

  it('is refused by field where something is missing that must be there', async () => {
    for (const path of pathsIn(good[name].body)) {
      const body = replaced(good[name].body, path, absent);
      const parsed = routeOf(name).body?.safeParse(body);
      if (parsed?.success !== false) continue;
      const reply = await askAnything(name, { ...good[name], body });
      expect(reply.status).toBe(400);
      expect((reply.body as Problem).errors?.map(({ field }) => field)).toEqual(
        parsed.error.issues.map((issue) => issue.path.join('.')),
      );
    }
  });

  it.each([
    ['a NUL', 'a\u0000b'],
    ['half a character', 'a\ud800b'],
    ['a huge text', 'a'.repeat(200_000)],
    ['a year before our reckoning', '0000-01-01T00:00:00Z'],
    ['a year that Postgres does not have', '9999-12-31T23:59:59-12:00'],
    ['a far date', '9999-12-31'],
    ['a date without a year', '0000-02-29'],
    ['a day that no calendar has', '2031-02-30'],
    ['a leap second', '2031-06-30T23:59:60Z'],
    ['a zone on another planet', 'Mars/Olympus_Mons'],
    ['an offset as a zone', '+02:00'],
    ['a path', '../../../etc/passwd'],
    ['SQL', `'; drop table booking; --`],
    ['a number that no integer is', 1e308],
    ['a negative number', -1],
    ['a fraction', 1.5],
    ['null', null],
  ])('never brings anything down with %s', async (_, value) => {
    for (const path of pathsIn(good[name].body)) {
      await askAnything(name, { ...good[name], body: replaced(good[name].body, path, value) });
    }
  });

  it('is refused when it is no object', async () => {
    for (const body of [[], [good[name].body]]) {
      const reply = await askAnything(name, { ...good[name], body });
      expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: 'body' }] } });
    }
  });

  it.each([
    ['no content type', {}, '{}', 415, 'unsupported_media_type'],
    ['another content type', { 'content-type': 'text/plain' }, '{}', 415, 'unsupported_media_type'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415, 'unsupported_media_type'],
    [
      'an unknown charset',
      { 'content-type': 'application/json; charset=klingon' },
      '{}',
      415,
      'unsupported_media_type',
    ],
    [
      'an unknown encoding',
      { 'content-type': 'application/json', 'content-encoding': 'zip' },
      '{}',
      415,
      'unsupported_media_type',
    ],
    [
      'a broken encoding',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      '{}',
      400,
      'malformed_body',
    ],
    ['broken JSON', { 'content-type': 'application/json' }, '{"a":', 400, 'malformed_body'],
    ['bare text', { 'content-type': 'application/json' }, '"text"', 400, 'malformed_body'],
    ['too much', { 'content-type': 'application/json' }, `{"a":"${'a'.repeat(1_100_000)}"}`, 413, 'body_too_large'],
    [
      'too much, packed small',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      gzipSync(`{"a":"${'a'.repeat(1_100_000)}"}`),
      413,
      'body_too_large',
    ],
  ])('is refused with %s', async (_, headers, body, status, code) => {
    const reply = await sendRaw(name, headers as Record<string, string>, body);
    expect(expectRefusal(reply, name).code).toBe(code);
    expect(reply.status).toBe(status);
  });
});

async function sendRaw(name: RouteName, headers: Record<string, string>, body: string | Uint8Array) {
  const { method, path } = routeOf(name);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => good[name].params?.[key] ?? '');
  const { cookie, csrf, token: bearer } = as(name) as { cookie?: string; csrf?: string; token?: string };
  const response = await fetch(`${product.baseUrl}/api/v1${filled}`, {
    method: method.toUpperCase(),
    // Bytes, because for a text fetch would name a content type of its own.
    body: typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body),
    headers: {
      ...headers,
      ...(cookie && { cookie }),
      ...(csrf && { 'x-csrf-token': csrf }),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as unknown };
}

describe.each(withQuery)('the query of %s', (name) => {
  it.each([
    '',
    'a\u0000b',
    'a'.repeat(3_000),
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-12:00',
    '+275760-09-13T00:00:00Z',
    '2031-02-30T00:00:00Z',
    'Mars/Olympus_Mons',
    '1e9',
    '-1',
    'NaN',
    '%',
    Buffer.from('+275760-09-13T00:00:00.000Z|------------------------------------').toString('base64url'),
    Buffer.from(`2031-01-01T00:00:00.000Z|${'-'.repeat(36)}`).toString('base64url'),
  ])('never brings anything down: %j', async (value) => {
    const parameters = Object.keys(routeOf(name).query?.shape ?? {});
    for (const parameter of parameters) {
      const query = { ...good[name].query, [parameter]: value };
      const reply = await askAnything(name, { ...good[name], query });
      const parsed = routeOf(name).query?.safeParse(query);
      if (parsed?.success) continue;
      expect(reply.status).toBe(400);
      expect((reply.body as Problem).errors?.map(({ field }) => field)).toContain(`query.${parameter}`);
    }
  });
});

describe.each(withParams)('the address of %s', (name) => {
  it.each(['x', ' ', 'a\u0000b', '%00', 'null', '../me', 'a'.repeat(500), '00000000-0000-0000-0000-00000000000g'])(
    'never brings anything down: %j',
    async (value) => {
      for (const parameter of Object.keys(good[name].params ?? {})) {
        const reply = await askAnything(name, { ...good[name], params: { ...good[name].params, [parameter]: value } });
        expect(reply.status).toBeGreaterThanOrEqual(400);
      }
    },
  );
});

describe('the API', () => {
  const paths = [...new Set(routeNames.map((name) => routes[name].path))];

  it.each(paths)('says which methods an address takes when it is asked by another one: %s', async (path) => {
    const own = routeNames
      .filter((name) => routes[name].path === path)
      .map((name) => routeOf(name).method.toUpperCase());
    const url = `${product.baseUrl}/api/v1${path.replaceAll(/\{\w+\}/g, 'x')}`;
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((other) => !own.includes(other))) {
      const response = await fetch(url, { method });
      const reply = { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
      // A fixed address may also be one with a parameter, which takes more.
      if (expectRefusal(reply, { path, method }).code !== 'method_not_allowed') continue;
      expect(reply.status).toBe(405);
      expect(reply.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining(own));
    }
    const options = await fetch(url, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')?.split(', ')]).toEqual([204, expect.arrayContaining(own)]);
  });

  it.each(['/%', '/%E0%A4%A', '/nothing', '/bookings/%2F..%2Fme', '/me//', '/pages/%F0%28%8C%BC/x'])(
    'answers an address that is none: %s',
    async (path) => {
      const response = await fetch(`${product.baseUrl}/api/v1${path}`, { headers: { cookie: host.cookie } });
      const body: unknown = await response.json();
      expect(expectRefusal({ status: response.status, headers: response.headers, body }, path).status).toBeLessThan(
        500,
      );
    },
  );

  it('refuses an Idempotency-Key that cannot be one, naming the header', async () => {
    for (const key of ['short', 'x'.repeat(256)]) {
      const reply = await ask(product, 'hold', good.hold, { key });
      expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: 'headers.idempotency-key' }] } });
    }
  });

  it('says of a file that is no PDF that it is none', async () => {
    for (const file of ['', 'hello', '%PDF-1.7\n', `%PDF-1.7\n${'\u0000'.repeat(5_000)}`]) {
      const reply = await sendRaw('verifyFile', { 'content-type': 'application/pdf' }, file);
      expect(reply.status).toBe(200);
      expect(routes.verifyFile.success.body.parse(reply.body).verdict).toMatch(/^(unreadable|unsigned)$/);
    }
    const other = await sendRaw('verifyFile', { 'content-type': 'image/png' }, 'x');
    expect(other).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  it('refuses a webhook that is not signed, whatever is in it', async () => {
    for (const body of ['{}', '[]', '{"type":"completed"}', '{"a":"\\ud800"}']) {
      const reply = await sendRaw('signingWebhook', { 'content-type': 'application/json' }, body);
      expect(reply).toMatchObject({ status: 401, body: { code: 'webhook_forged' } });
    }
  });
});

/** These end the session or the offer that the others need, or cost a PDF each; their parts are tried above. */
const leftOut: ReadonlySet<RouteName> = new Set([
  'logOut',
  'revokeSession',
  'revokeOtherSessions',
  'archiveMeetingType',
  'previewNdaPdf',
]);

const nasty = fc.oneof(
  fc.constant<unknown>(absent),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    2 ** 53,
    1e308,
    '',
    [],
    {},
    [[]],
    '\u0000',
    '\ud800',
    '\u202e',
    '𝒳',
    '{{#each x}}',
    '{{{{raw}}}}',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.integer(),
  fc.double(),
  fc.uuid(),
  fc.jsonValue({ maxDepth: 3 }),
);

it(
  'anything at any place of any request is answered as the contract and its document say',
  { timeout: 60_000 },
  async () => {
    const places = routeNames
      .filter((name) => !leftOut.has(name))
      .flatMap((name) =>
        pathsIn(good[name])
          .filter((path) => path.length > 1)
          .map((path) => ({ name, path })),
      );
    const change = fc.record({ place: fc.constantFrom(...places), values: fc.tuple(nasty, nasty), second: fc.nat() });
    await fc.assert(
      fc.asyncProperty(change, async ({ place: { name, path }, values: [first, then], second }) => {
        const once = replaced(good[name], path, first) as RouteRequest;
        const others = pathsIn(once).filter((other) => other.length > 1);
        const other = others[second % Math.max(1, others.length)];
        const twice = other && second % 3 === 0 ? (replaced(once, other, then) as RouteRequest) : once;
        await askAnything(name, asText(name, twice));
      }),
      { numRuns: 6_000, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  },
);

/** In an address everything is text, half a character cannot stand in it, and some segments make it another address. */
function asText(name: RouteName, request: RouteRequest): RouteRequest {
  // Written as JSON: a value such as {"toString": 0} has no other text.
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();
  const texts = (values: Readonly<Record<string, unknown>> | undefined, read: (text: string) => string) =>
    Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, read(written(value))]));
  const { params, query, ...rest } = request;
  const blank = texts(good[name].params, () => 'x');
  return {
    ...rest,
    params: texts({ ...blank, ...params }, (text) => (/^\.{0,2}$/.test(text) ? 'x' : text)),
    ...(query && { query: texts(query, (text) => text) }),
  };
}

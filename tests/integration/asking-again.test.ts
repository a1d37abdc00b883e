import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes, type Route, type RouteName } from '#contract/routes.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, openSigning, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodRequests, routeNames, type RouteRequest } from '#tests/requests.ts';

let product: Product;
let host: TestHost;
let token: string;
let good: Record<RouteName, RouteRequest>;

beforeAll(async () => {
  product = await startProduct({
    limits: { attemptsPerMinute: 100_000 },
    env: { OPERATOR_EMAILS: 'operator@example.org' },
  });
  // Every route is open to an owner who runs the installation too.
  host = await buildHost(product, { email: 'operator@example.org' });
  const type = await buildMeetingType(product, host, { nda: true });
  const held = await holdSlot(product, type, await findSlot(product, host, type));
  token = held.body.token;
  const { document } = await openSigning(product, token);
  good = goodRequests({
    session: randomUUID(),
    schedule: randomUUID(),
    meetingType: type.id,
    ndaTemplate: host.ndaTemplateId,
    booking: held.body.booking.id,
    document: document.id,
    deadLetter: randomUUID(),
    apiKey: randomUUID(),
    linkedLogIn: randomUUID(),
    organization: randomUUID(),
    member: randomUUID(),
    invitation: randomUUID(),
    hostSlug: host.slug,
    meetingTypeSlug: type.slug,
  });
});
afterAll(() => product.stop());

/** What may be repeated without a key, and why. */
const withoutKey: Partial<Record<RouteName, string>> = {
  previewNda: 'makes nothing',
  previewNdaPdf: 'makes nothing',
  verifyFile: 'makes nothing',
  exportGuestData: 'makes nothing',
  previewErasure: 'makes nothing',
  eraseGuestData: 'a second time finds nothing more to erase',
  verifyEmail: 'its link works once',
  readInvitation: 'makes nothing',
  joinByInvitation: 'its link works once',
  switchOrganization: 'once there, one is there',
  resetPassword: 'its link works once',
  signingWebhook: 'the provider’s event has an id, and is stored once',
  mailWebhook: 'the provider’s event has an id, and is stored once',
  reportPageTraces: 'stores nothing: a span that came twice is the same one',
  bookingDocumentLink: 'stores nothing: a link ends by itself',
  guestDocumentLink: 'stores nothing: a link ends by itself',
};

const routeOf = (name: RouteName): Route => routes[name];
const takesKey = (name: RouteName): boolean => 'idempotency-key' in (routeOf(name).headers?.shape ?? {});
const posts = routeNames.filter((name) => routeOf(name).method === 'post');
const keyed = routeNames.filter(takesKey);
const as = (name: RouteName) => ({ host, guest: { token }, public: {} })[routes[name].audience];

const otherTexts = [
  'Something else',
  'else@example.org',
  'something-else',
  'c'.repeat(64),
  '2031-03-05T11:00:00Z',
  'host',
  'lost',
];

/** The same kind of request about something else, or null where there is only one. */
function another(name: RouteName): RouteRequest | null {
  const { body: schema } = routeOf(name);
  const { body, params } = good[name];
  const random = () => randomUUID();
  if (!schema) return params ? { params: Object.fromEntries(Object.keys(params).map((key) => [key, random()])) } : null;
  const read = (value: unknown) => JSON.stringify(schema.safeParse(value).data);
  for (const [field, value] of Object.entries(body as Record<string, unknown>)) {
    for (const other of [...otherTexts, random(), { ...Object(value), name: 'Else' }]) {
      const changed = { ...(body as object), [field]: other };
      if (schema.safeParse(changed).success && read(changed) !== read(body)) return { ...good[name], body: changed };
    }
  }
  throw new Error(`This test knows no other body for ${name}.`);
}

describe('a request that makes something', () => {
  it.each(posts)('takes an Idempotency-Key, or is harmless to repeat: %s', (name) => {
    expect({ name, takesKey: takesKey(name) }).toEqual({ name, takesKey: withoutKey[name] === undefined });
  });

  it.each(keyed)('gets the first answer again under its key, and 422 for anything else: %s', async (name) => {
    const key = randomUUID();
    const first = await ask<unknown>(product, name, good[name], { ...as(name), key });
    const again = await ask<unknown>(product, name, good[name], { ...as(name), key });
    expect({ status: again.status, body: again.body }).toEqual({ status: first.status, body: first.body });
    const other = another(name);
    if (other === null) return;
    const refused = await ask(product, name, other, { ...as(name), key });
    expect(refused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });
});

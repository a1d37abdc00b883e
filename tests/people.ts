import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { hashPassword } from '#api/auth/passwords.ts';
import type { BookingCreated, GuestBooking, HostBooking } from '#contract/bookings.ts';
import { MeetingTypeInput } from '#contract/meeting-types.ts';
import type { Problem } from '#contract/problems.ts';
import type { Slots } from '#contract/public-pages.ts';
import type { SigningSession } from '#contract/signing.ts';
import { newVersion } from '#api/presenters/offer.ts';
import type { Transaction } from '#db/pool.ts';
import { createAccount, insertAccount, verifyEmail } from '#db/queries/accounts.ts';
import { insertMeetingType } from '#db/queries/meeting-types.ts';
import { addMember } from '#db/queries/members.ts';
import { insertTemplate } from '#db/queries/nda-templates.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import { defaultTemplate } from '#domain/nda/default-template.ts';
import type { Product } from './product.ts';

/** All that people need of a product: its address, and its database to prepare what they start from. */
export type Reachable = Pick<Product, 'baseUrl'> & { shared: Pick<Product['shared'], 'database'> };

export type Reply<T> = { status: number; body: T; headers: Headers };
type Send = { body?: unknown; token?: string; key?: string; cookie?: string; csrf?: string };

/** One request to the API, the way every client sends it. */
export async function send<T = Problem>(
  product: Reachable,
  method: string,
  path: string,
  options: Send = {},
): Promise<Reply<T>> {
  const response = await fetch(`${product.baseUrl}/api/v1${path}`, {
    method,
    headers: {
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      ...(options.key !== undefined && { 'idempotency-key': options.key }),
      ...(options.cookie !== undefined && { cookie: options.cookie }),
      ...(options.csrf !== undefined && { 'x-csrf-token': options.csrf }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T, headers: response.headers };
}

export type TestHost = {
  accountId: string;
  organizationId: string;
  hostId: string;
  slug: string;
  email: string;
  password: string;
  ndaTemplateId: string;
  cookie: string;
  csrf: string;
};

const everyDay = [['00:00', '24:00']] as [string, string][];
const aroundTheClock = {
  timeZone: 'UTC',
  weekly: {
    mon: everyDay,
    tue: everyDay,
    wed: everyDay,
    thu: everyDay,
    fri: everyDay,
    sat: everyDay,
    sun: everyDay,
  },
  overrides: [],
  blackouts: [],
  travel: [],
};

/** A registered, logged-in host who is free around the clock (UTC), with an NDA template. */
export async function buildHost(
  product: Reachable,
  overrides: { name?: string; email?: string } = {},
): Promise<TestHost> {
  const slug = `host-${randomUUID().slice(0, 8)}`;
  const email = overrides.email ?? `${slug}@example.org`;
  const password = 'correct horse battery';
  const passwordHash = await hashPassword(password);
  const name = overrides.name ?? 'Ada Host';
  const made = await product.shared.database.transaction(async (tx) => {
    const owner = await createAccount(tx, {
      email,
      name,
      locale: 'en',
      passwordHash,
      organizationName: 'Analytical Engines',
      timeZone: 'UTC',
      slug,
    });
    await verifyEmail(tx, owner.accountId);
    await insertSchedule(tx, owner, { name: 'Always', isDefault: true, rules: aroundTheClock });
    return { ...owner, ndaTemplateId: await insertNda(tx, owner, { renewOnReschedule: false }) };
  });
  return { ...made, slug, email, password, ...(await logIn(product, email, password)) };
}

type TemplateOptions = { renewOnReschedule: boolean; emailCodeRequired?: boolean };

/** One more NDA of a host, in the words that every host begins with. */
export function buildTemplate(product: Reachable, host: TestHost, options: TemplateOptions) {
  return product.shared.database.transaction((tx) => insertNda(tx, host, options));
}

function insertNda(
  tx: Transaction,
  owner: { organizationId: string; accountId: string },
  options: TemplateOptions,
): Promise<string> {
  const { name, title, source, ownVariables } = defaultTemplate('en');
  const content = { title, source, language: 'en' as const, ownVariables, emailCodeRequired: false, ...options };
  return insertTemplate(tx, owner, name, newVersion(content));
}

/** A session of its own for this account. */
export async function logIn(
  product: Reachable,
  email: string,
  password: string,
): Promise<{ cookie: string; csrf: string }> {
  const login = await send<{ csrfToken: string }>(product, 'POST', '/sessions', { body: { email, password } });
  const cookie = login.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { cookie, csrf: login.body.csrfToken };
}

/** Somebody else in the same organization, logged in, as free as `buildHost`'s. */
export async function buildMember(
  product: Reachable,
  { organizationId, ndaTemplateId }: TestHost,
  role: 'OWNER' | 'ADMIN' | 'MEMBER',
  name = 'Cora Colleague',
): Promise<TestHost> {
  const slug = `host-${randomUUID().slice(0, 8)}`;
  const email = `${slug}@example.org`;
  const password = 'correct horse battery';
  const passwordHash = await hashPassword(password);
  const made = await product.shared.database.transaction(async (tx) => {
    const accountId = await insertAccount(tx, { email, name, locale: 'en', passwordHash });
    const host = await addMember(tx, { organizationId, accountId, role, displayName: name, timeZone: 'UTC', slug });
    if (!host) throw new Error('A new account is a member already.');
    const owner = { organizationId, hostId: host.hostId };
    await insertSchedule(tx, owner, { name: 'Always', isDefault: true, rules: aroundTheClock });
    return { accountId, ...owner };
  });
  return { ...made, ndaTemplateId, slug, email, password, ...(await logIn(product, email, password)) };
}

export type TestType = { id: string; slug: string };

/** A meeting type of a host: 30 minutes, no buffers, no notice; `nda: true` for the signature gate. */
export async function buildMeetingType(
  product: Reachable,
  host: TestHost,
  overrides: Partial<z.input<typeof MeetingTypeInput>> & { nda?: boolean } = {},
): Promise<TestType> {
  const { nda, ...fields } = overrides;
  const slug = fields.slug ?? `type-${randomUUID().slice(0, 8)}`;
  const input = MeetingTypeInput.parse({
    title: 'Coffee',
    slug,
    durationsMinutes: [30],
    remindersMinutes: [],
    ndaTemplateId: nda ? host.ndaTemplateId : null,
    ...fields,
  });
  const id = await product.shared.database.transaction((tx) => insertMeetingType(tx, host, input));
  return { id, slug };
}

/** The first free slot at least a day from now; `skip` more are passed over. */
export async function findSlot(product: Reachable, host: TestHost, type: TestType, skip = 0): Promise<string> {
  const from = new Date(Date.now() + 86_400_000);
  const to = new Date(from.getTime() + 7 * 86_400_000);
  const path = `/pages/${host.slug}/${type.slug}/slots?from=${from.toISOString()}&to=${to.toISOString()}`;
  const { body } = await send<Slots>(product, 'GET', path);
  const slot = body.days.flatMap(({ slots }) => slots)[skip];
  if (!slot) throw new Error('There is no free slot in the coming week.');
  return slot;
}

export const grace = {
  name: 'Grace Guest',
  email: 'grace@example.net',
  timeZone: 'Europe/Riga',
  locale: 'en' as const,
};

export function holdSlot(
  product: Reachable,
  type: TestType,
  startsAt: string,
  options: { key?: string; guest?: Partial<typeof grace> } = {},
): Promise<Reply<BookingCreated & Problem>> {
  return send(product, 'POST', '/bookings', {
    key: options.key ?? randomUUID(),
    body: { meetingTypeId: type.id, startsAt, guest: { ...grace, ...options.guest } },
  });
}

/** Waits until a read satisfies; a promise of the product that is not kept in time fails with what was seen last. */
export async function eventually<T>(
  read: () => Promise<T>,
  isThere: (value: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (isThere(value)) return value;
    if (Date.now() > until) throw new Error(`Not within ${withinMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

export async function readMine(product: Reachable, token: string): Promise<GuestBooking> {
  return (await send<GuestBooking>(product, 'GET', '/my-booking', { token })).body;
}

export function untilStatus(
  product: Reachable,
  token: string,
  status: GuestBooking['status'],
  withinMs?: number,
): Promise<GuestBooking> {
  return eventually(
    () => readMine(product, token),
    (booking) => booking.status === status,
    withinMs,
  );
}

export async function readAsHost(product: Reachable, host: TestHost, bookingId: string): Promise<HostBooking> {
  return (await send<HostBooking>(product, 'GET', `/bookings/${bookingId}`, { cookie: host.cookie })).body;
}

/** The signing page's data, once the agreement is there. */
export async function openSigning(product: Reachable, token: string): Promise<SigningSession> {
  const reply = await eventually(
    () => send<SigningSession>(product, 'GET', '/my-booking/signing', { token }),
    ({ status }) => status === 200,
  );
  return reply.body;
}

export function signTyped(product: Reachable, token: string, session: SigningSession, key: string = randomUUID()) {
  return send<{ signedAt: string; late: boolean } & Problem>(product, 'POST', '/my-booking/signing/signature', {
    token,
    key,
    body: {
      consent: true,
      disclosureSha256: session.disclosure.sha256,
      documentSha256: session.document.sha256,
      mark: { kind: 'typed', text: grace.name },
    },
  });
}

export type StoredFact = { type: string; data: Record<string, unknown> };

/** The facts of a booking in the order in which they were written. */
export async function factsOf(product: Reachable, bookingId: string): Promise<StoredFact[]> {
  const fact = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });
  return [
    ...(await product.shared.database.anyFirst(sql.type(z.object({ fact }))`
      select fact from outbox where booking_id = ${bookingId} order by seq`)),
  ];
}

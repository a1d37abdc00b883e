import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { permissions, type HostRouteName, type RoleName, type Rule } from '#contract/permissions.ts';
import { sha256 } from '#db/personal.ts';
import { asOrganization, type Scope } from '#db/pool.ts';
import { insertInvitation } from '#db/queries/invitations.ts';
import { insertDeadLetter } from '#db/queries/webhooks.ts';
import {
  buildHost,
  buildMeetingType,
  buildMember,
  findSlot,
  holdSlot,
  logIn,
  openSigning,
  readAsHost,
  signTyped,
  untilStatus,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask, goodMeetingType, goodRequests, routesFor, type RequestIds, type RouteRequest } from '#tests/requests.ts';

/**
 * What each role may do, written down a second time, by hand: as OWNER, ADMIN, MEMBER. `all`: the whole organization's; `own`: one's own, and
 * other people's is not there; `no`: refused. The table must say the same, and so must the system.
 */
const expected: Readonly<Record<HostRouteName, string>> = {
  logOut: 'own own own',
  me: 'own own own',
  changeProfile: 'own own own',
  changePassword: 'own own own',
  readTwoFactor: 'own own own',
  setUpTwoFactor: 'own own own',
  confirmTwoFactor: 'own own own',
  renewRecoveryCodes: 'own own own',
  endTwoFactor: 'own own own',
  createApiKey: 'own own own',
  listLinkedLogIns: 'own own own',
  linkLogIn: 'own own own',
  unlinkLogIn: 'own own own',
  listApiKeys: 'all all own',
  revokeApiKey: 'all all own',
  listSigningKeys: 'all all no',
  rotateSigningKey: 'all all no',
  listSessions: 'own own own',
  revokeSession: 'own own own',
  revokeOtherSessions: 'own own own',
  requestEmailVerification: 'own own own',
  switchOrganization: 'own own own',
  leaveOrganization: 'own own own',
  readOrganization: 'all all all',
  changeOrganization: 'all no no',
  listMembers: 'all all all',
  changeMemberRole: 'all no no',
  removeMember: 'all no no',
  listInvitations: 'all no no',
  invite: 'all no no',
  resendInvitation: 'all no no',
  withdrawInvitation: 'all no no',
  listSchedules: 'all all own',
  createSchedule: 'all all own',
  changeSchedule: 'all all own',
  deleteSchedule: 'all all own',
  whyNot: 'all all own',
  listMeetingTypes: 'all all own',
  createMeetingType: 'all all own',
  readMeetingType: 'all all own',
  changeMeetingType: 'all all own',
  archiveMeetingType: 'all all own',
  listBookings: 'all all own',
  readBooking: 'all all own',
  bookingAudit: 'all all own',
  bookingDocument: 'all all own',
  bookingDocumentLink: 'all all own',
  hostCancel: 'all all own',
  hostRelease: 'all all own',
  hostReschedule: 'all all own',
  resend: 'all all own',
  markNoShow: 'all all own',
  undoNoShow: 'all all own',
  retry: 'all all own',
  insights: 'all all own',
  bookingTotals: 'all all own',
  correctGuestEmail: 'all all own',
  bookingRetention: 'all all own',
  readRetention: 'all all no',
  changeRetention: 'all all no',
  setLegalHold: 'all all no',
  liftLegalHold: 'all all no',
  exportGuestData: 'all all no',
  previewErasure: 'all all no',
  eraseGuestData: 'all all no',
  listNdaTemplates: 'all all all',
  listTemplateVariables: 'all all all',
  readNdaTemplate: 'all all all',
  listNdaTemplateVersions: 'all all all',
  previewNda: 'all all all',
  previewNdaPdf: 'all all all',
  createNdaTemplate: 'all all no',
  publishNdaTemplate: 'all all no',
  listAuditEvents: 'all all no',
  listDeadLetters: 'all no no',
  replayDeadLetter: 'all no no',
  listInstallationDeadLetters: 'no no no',
  replayInstallationDeadLetter: 'no no no',
};
const roles: readonly RoleName[] = ['OWNER', 'ADMIN', 'MEMBER'];
const hostRoutes = routesFor('host') as HostRouteName[];

let product: Product;
let founder: TestHost;
let colleague: TestHost;
const people = new Map<RoleName, TestHost>();
const ids = new Map<TestHost, RequestIds>();

beforeAll(async () => {
  product = await startProduct({ env: { OPERATOR_EMAILS: 'operator@example.org' } });
  founder = await buildHost(product, { name: 'Fay Founder' });
  colleague = await buildMember(product, founder, 'MEMBER', 'Cora Colleague');
  for (const role of roles) people.set(role, await buildMember(product, founder, role, `The ${role}`));
  for (const person of [colleague, ...people.values()]) ids.set(person, await fill(person));
}, 120_000);
afterAll(() => product.stop());

/** A host with a confirmed booking and its document, a meeting type and a schedule. */
async function fill(person: TestHost): Promise<RequestIds> {
  const type = await buildMeetingType(product, person, { nda: true });
  const { token, booking } = (await holdSlot(product, type, await findSlot(product, person, type))).body;
  await signTyped(product, token, await openSigning(product, token));
  await untilStatus(product, token, 'confirmed', 60_000);
  const { documents } = await readAsHost(product, person, booking.id);
  await product.shared.database.query(sql.unsafe`
    insert into page_view (organization_id, host_id, meeting_type_id, day, views)
    values (${person.organizationId}, ${person.hostId}, ${type.id}, now()::date, 1) on conflict do nothing`);
  const { items } = (await ask<{ items: { id: string }[] }>(product, 'listSchedules', {}, person)).body;
  return {
    organization: person.organizationId,
    session: randomUUID(),
    apiKey: randomUUID(),
    linkedLogIn: randomUUID(),
    schedule: items[0]?.id ?? '',
    meetingType: type.id,
    ndaTemplate: person.ndaTemplateId,
    booking: booking.id,
    document: documents[0]?.id ?? '',
    deadLetter: randomUUID(),
    member: person.accountId,
    invitation: randomUUID(),
    hostSlug: person.slug,
    meetingTypeSlug: type.slug,
  };
}

type Attempt = { request: RouteRequest; as?: { cookie: string; csrf: string } };
type Preparation = (asking: TestHost, about: TestHost) => Promise<Attempt>;

async function openInvitation(): Promise<string> {
  const input = {
    email: `${randomUUID()}@example.org`,
    role: 'MEMBER' as const,
    invitedBy: founder.accountId,
    days: 1,
  };
  const { organizationId } = founder;
  const tokenSha256 = sha256(randomBytes(32).toString('base64url'));
  return insertInvitation(product.shared.database, { ...input, organizationId, tokenSha256 });
}

async function deadLetter(organizationId: string | null): Promise<string> {
  const { database, cipher } = product.shared;
  const sourceId = randomUUID();
  const payload = cipher.seal('{}', 'dead_letter.payload');
  await insertDeadLetter(database, { organizationId, source: 'signing:builtin', sourceId, reason: 'Odd.', payload });
  return database.oneFirst(
    sql.type(z.object({ id: z.string() }))`select id from dead_letter where source_id = ${sourceId}`,
  );
}

const byHost: Preparation = async (_, about) => ({ request: { query: { hostId: about.hostId } } });
const anotherSession: Preparation = async (asking) => ({
  request: {},
  as: await logIn(product, asking.email, asking.password),
});

/** What uses something up, or names a host, is asked with something of its own each time. */
const prepared: Partial<Record<HostRouteName, Preparation>> = {
  logOut: anotherSession,
  revokeSession: async (asking, about) => {
    const session = await logIn(product, about.email, about.password);
    type Sessions = { items: { id: string; current: boolean }[] };
    const { body } = await ask<Sessions>(product, 'listSessions', {}, session);
    return { request: { params: { id: body.items.find(({ current }) => current)?.id ?? '' } }, as: asking };
  },
  revokeApiKey: async (_, about) => {
    const body = goodRequests(ofPerson(about)).createApiKey.body;
    const made = await ask<{ id: string }>(product, 'createApiKey', { body }, about);
    return { request: { params: { id: made.body.id } } };
  },
  switchOrganization: async (asking, about) => ({
    ...(await anotherSession(asking, about)),
    request: { body: { organizationId: asking.organizationId } },
  }),
  leaveOrganization: async (asking) => {
    const role = roles.find((one) => people.get(one) === asking) ?? 'MEMBER';
    return { request: {}, as: await buildMember(product, founder, role) };
  },
  changeMemberRole: async () => {
    const member = await buildMember(product, founder, 'MEMBER');
    return { request: { params: { id: member.accountId }, body: { role: 'ADMIN' } } };
  },
  removeMember: async () => ({
    request: { params: { id: (await buildMember(product, founder, 'MEMBER')).accountId } },
  }),
  invite: async () => ({ request: { body: { email: `${randomUUID()}@example.org`, role: 'MEMBER' } } }),
  resendInvitation: async () => ({ request: { params: { id: await openInvitation() } } }),
  withdrawInvitation: async () => ({ request: { params: { id: await openInvitation() } } }),
  replayDeadLetter: async () => ({ request: { params: { id: await deadLetter(founder.organizationId) } } }),
  replayInstallationDeadLetter: async () => ({ request: { params: { id: await deadLetter(null) } } }),
  archiveMeetingType: async (_, about) => ({
    request: { params: { id: (await buildMeetingType(product, about)).id } },
  }),
  deleteSchedule: async (_, about) => {
    const made = await ask<{ id: string }>(
      product,
      'createSchedule',
      goodRequests(ofPerson(about)).createSchedule,
      about,
    );
    return { request: { params: { id: made.body.id } } };
  },
  listSchedules: byHost,
  listMeetingTypes: byHost,
  listBookings: async (_, about) => ({ request: { query: { view: 'all', hostId: about.hostId } } }),
  createSchedule: async (asking, about) => ({
    request: { ...(await byHost(asking, about)).request, body: goodRequests(ofPerson(about)).createSchedule.body },
  }),
  createMeetingType: async (asking, about) => ({
    request: { ...(await byHost(asking, about)).request, body: goodMeetingType(`t-${randomUUID().slice(0, 8)}`) },
  }),
};

function ofPerson(person: TestHost): RequestIds {
  const known = ids.get(person);
  if (!known) throw new Error('Nothing was made for this person.');
  return known;
}

/** refused: the role may not; missing: it is not there for them; reached: whatever else the system says. */
async function attempt(name: HostRouteName, asking: TestHost, about: TestHost) {
  const { request, as } = (await prepared[name]?.(asking, about)) ?? { request: goodRequests(ofPerson(about))[name] };
  const { status, body } = await ask<{ code?: string; items?: unknown[] } | undefined>(
    product,
    name,
    request,
    as ?? asking,
  );
  expect([name, status]).not.toEqual([name, 401]);
  expect(status).toBeLessThan(500);
  if (body?.code === 'not_allowed') {
    expect(status).toBe(403);
    return 'refused';
  }
  if (status === 404) return 'missing';
  // A list shows what lies outside of one's reach by not having it.
  return name === 'listBookings' && body?.items?.length === 0 ? 'missing' : 'reached';
}

/** They name nobody: what lies outside of one's reach is not counted. */
const countsOnly: ReadonlySet<HostRouteName> = new Set(['listApiKeys', 'insights', 'bookingTotals']);
/** Routes that can be asked about a colleague's thing, so that `own` and `all` can be told apart. */
const aboutSomebody = hostRoutes.filter(
  (name) =>
    (expected[name].includes('own') && expected[name].includes('all') && !countsOnly.has(name)) ||
    name === 'revokeSession',
);

/** Nobody logs in through another site here: whoever may ask is told that there is none. */
const notConfigured: ReadonlySet<HostRouteName> = new Set(['linkLogIn', 'unlinkLogIn']);

describe('the table of permissions', () => {
  const words = { none: 'no', own: 'own', organization: 'all', installation: 'everything' };
  const written = (rule: Rule): string =>
    rule === 'operator' ? 'no no no' : roles.map((role) => words[rule[role]]).join(' ');

  it('has every host route, and says what was decided', () => {
    expect(Object.keys(permissions).sort()).toEqual([...hostRoutes].sort());
    expect(Object.fromEntries(hostRoutes.map((name) => [name, written(permissions[name])]))).toEqual(expected);
  });

  it('leaves what is beyond organizations to operators', () => {
    const beyond = hostRoutes.filter((name) => permissions[name] === 'operator');
    expect(beyond).toEqual(['listInstallationDeadLetters', 'replayInstallationDeadLetter']);
  });
});

describe.each(roles)('%s', (role) => {
  const place = roles.indexOf(role);
  const may = (name: HostRouteName) => expected[name].split(' ')[place];

  it.each(hostRoutes)('is answered as the table says: %s', async (name) => {
    const asking = people.get(role) ?? founder;
    const allowed = notConfigured.has(name) ? 'missing' : 'reached';
    expect(await attempt(name, asking, asking)).toBe(may(name) === 'no' ? 'refused' : allowed);
  });

  it.each(aboutSomebody)("reaches a colleague's things, or finds nothing: %s", async (name) => {
    const asking = people.get(role) ?? founder;
    expect(await attempt(name, asking, colleague)).toBe(may(name) === 'all' ? 'reached' : 'missing');
  });
});

describe('an operator', () => {
  it('sees and replays what belongs to no organization, whatever the role, once the address is confirmed', async () => {
    const operator = await buildHost(product, { email: 'operator@example.org' });
    const id = await deadLetter(null);
    type Letters = { items: { id: string; replayedAt: string | null }[] };
    const list = () => ask<Letters>(product, 'listInstallationDeadLetters', {}, operator);
    expect((await list()).body.items.map((letter) => letter.id)).toContain(id);
    const ofOwners = await ask<Letters>(product, 'listDeadLetters', {}, operator);
    expect(ofOwners.body.items).toEqual([]);
    const replayed = await ask(product, 'replayInstallationDeadLetter', { params: { id } }, operator);
    expect(replayed.status).toBe(200);
    expect((await list()).body.items.find((letter) => letter.id === id)?.replayedAt).not.toBeNull();
    await product.shared.database.query(
      sql.unsafe`update account set email_verified_at = null where email = 'operator@example.org'`,
    );
    expect(await list()).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
  });
});

describe("row-level security of a MEMBER's request", () => {
  /** Of these a host has rows only after somebody asked for something. */
  const mayBeEmpty = new Set(['change_request', 'legal_hold', 'guest_link']);

  const rowsIn = (table: string, scope: Scope) =>
    asOrganization(product.shared.database, scope, (tx) =>
      tx.anyFirst(sql.type(z.object({ row: z.string() }))`select t::text as row from ${sql.identifier([table])} t`),
    );

  it("hides other hosts' rows in every table that has an owner, whatever the query forgets", async () => {
    const member = people.get('MEMBER') ?? founder;
    const tables = await product.shared.database.any(sql.type(z.object({ table: z.string(), mayRead: z.boolean() }))`
      select tablename as table, has_table_privilege('countersign_host', format('public.%I', tablename), 'select') as "mayRead"
      from pg_policies where schemaname = 'public' and policyname = 'own_host'`);
    expect(tables.length).toBeGreaterThanOrEqual(12);
    for (const { table, mayRead } of tables) {
      if (!mayRead) continue;
      const { organizationId } = founder;
      const [own, others, all] = await Promise.all([
        rowsIn(table, { organizationId, onlyHostId: member.hostId }),
        rowsIn(table, { organizationId, onlyHostId: colleague.hostId }),
        rowsIn(table, { organizationId }),
      ]);
      if (!mayBeEmpty.has(table)) expect([table, own.length > 0, others.length > 0]).toEqual([table, true, true]);
      expect([table, own.filter((row) => others.includes(row))]).toEqual([table, []]);
      expect(all.length).toBeGreaterThanOrEqual(own.length + others.length);
    }
  });

  it("changes nothing of other hosts'", async () => {
    const member = people.get('MEMBER') ?? founder;
    const scope = { organizationId: founder.organizationId, onlyHostId: member.hostId };
    const change = (statement: Parameters<typeof product.shared.database.query>[0]) =>
      asOrganization(product.shared.database, scope, (tx) => tx.query(statement));
    const { booking } = ofPerson(colleague);
    expect((await change(sql.unsafe`update booking set sequence = 9 where id = ${booking}`)).rowCount).toBe(0);
    await expect(change(sql.unsafe`update meeting_type set host_id = ${colleague.hostId}`)).rejects.toMatchObject({
      code: '42501',
    });
  });
});

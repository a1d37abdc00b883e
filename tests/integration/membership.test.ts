import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Me } from '#contract/accounts.ts';
import type { Member, MemberList } from '#contract/organizations.ts';
import { listMailbox, readMailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import { cookiesOf } from '#runtime/demo/client.ts';
import { confirmedBooking, readMail } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  buildMember,
  eventually,
  logIn,
  send,
  type Reply,
  type TestHost,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

let product: Product;
let owner: TestHost;
beforeAll(async () => {
  product = await startProduct();
  owner = await buildHost(product, { name: 'Olive Owner' });
});
afterAll(() => product.stop());

type As = { cookie: string; csrf: string };
let count = 0;
const newAddress = () => `invited-${(count += 1)}@example.org`;
const password = 'correct horse battery';

function tokensMailed(to: string, wanted: number): Promise<string[]> {
  return eventually(
    async () => {
      const mails = (await listMailbox(product.mailDir, { limit: 500 })).filter((mail) => mail.to.address === to);
      const texts = await Promise.all(
        mails.map(async ({ id }) => (await readMailboxMessage(product.mailDir, id))?.text),
      );
      return texts.flatMap((text) => /\/invitation#([\w-]+)/.exec(text ?? '')?.[1] ?? []);
    },
    (tokens) => tokens.length >= wanted,
    60_000,
  );
}

async function invite(email: string, role: 'OWNER' | 'ADMIN' | 'MEMBER' = 'MEMBER') {
  const reply = await ask<{ id: string }>(product, 'invite', { body: { email, role } }, owner);
  expect(reply.status).toBe(201);
  const [token = ''] = await tokensMailed(email, 1);
  return { id: reply.body.id, token };
}

const registration = (token: string) => ({ token, name: 'Nora New', password, timeZone: 'Europe/Riga' });
const asOf = (reply: Reply<Me>): As => ({ cookie: cookiesOf(reply.headers), csrf: reply.body.csrfToken });
const membersSeenBy = async (person: As) =>
  (await ask<z.infer<typeof MemberList>>(product, 'listMembers', {}, person)).body;

async function actionsOf(person: As, about: string): Promise<string[]> {
  const { body } = await ask<{ items: { action: string; subject: { id: string } | null }[] }>(
    product,
    'listAuditEvents',
    { query: { about: 'people', limit: '100' } },
    person,
  );
  return body.items.filter(({ subject }) => subject?.id === about).map(({ action }) => action);
}

describe('an invitation', () => {
  it('lets somebody new register into the organization, under the role that was chosen, once', async () => {
    const email = newAddress();
    const { id, token } = await invite(email, 'ADMIN');
    const offered = await ask(product, 'readInvitation', { body: { token } });
    expect(offered.body).toMatchObject({ email, role: 'ADMIN', inviterName: 'Olive Owner', hasAccount: false });
    const reply = await ask<Me>(product, 'registerByInvitation', { body: registration(token) });
    expect(reply).toMatchObject({ status: 201, body: { email, role: 'ADMIN', emailVerified: true } });
    expect(reply.body.organization.id).toBe(owner.organizationId);
    expect((await ask(product, 'listSchedules', {}, asOf(reply))).body).toMatchObject({
      items: [{ isDefault: true, rules: { timeZone: 'Europe/Riga' } }],
    });
    const again = await ask(product, 'registerByInvitation', { body: registration(token) });
    expect(again).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
    expect(await actionsOf(owner, id)).toEqual(['invitation.accepted', 'invitation.sent']);
  });

  it('brings in an account that is there already, which then works in either organization', async () => {
    const guest = await buildHost(product, { name: 'Gail Elsewhere' });
    const { token } = await invite(guest.email);
    expect(await ask(product, 'registerByInvitation', { body: registration(token) })).toMatchObject({
      status: 409,
      body: { code: 'email_taken' },
    });
    expect(await ask(product, 'joinByInvitation', { body: { token } })).toMatchObject({
      status: 200,
      body: { organization: { id: owner.organizationId } },
    });
    const to = { body: { organizationId: owner.organizationId } };
    const switched = await ask<Me>(product, 'switchOrganization', to, guest);
    expect(switched).toMatchObject({ status: 200, body: { role: 'MEMBER' } });
    expect(switched.body.organizations.map(({ role }) => role).sort()).toEqual(['MEMBER', 'OWNER']);
    expect(cookiesOf(switched.headers)).not.toBe(guest.cookie);
    expect((await ask(product, 'me', {}, guest)).status).toBe(401);
    expect((await ask(product, 'listMembers', {}, asOf(switched))).status).toBe(200);
    // The next log-in leads to where one worked last.
    const next = await ask<Me>(product, 'logIn', { body: { email: guest.email, password: guest.password } });
    expect(next.body.organization.id).toBe(owner.organizationId);
  });

  it('is not accepted for an account whose address nobody has confirmed: its password may be a stranger’s', async () => {
    const email = newAddress();
    const body = { email, password, name: 'Squat', organizationName: 'Squatters', timeZone: 'UTC' };
    expect((await ask(product, 'register', { body })).status).toBe(201);
    const { token } = await invite(email);
    expect(await ask(product, 'joinByInvitation', { body: { token } })).toMatchObject({
      status: 409,
      body: { code: 'account_unconfirmed' },
    });
  });

  it('ends when it is sent again, withdrawn, or too old', async () => {
    const email = newAddress();
    const { id, token } = await invite(email);
    expect(await ask(product, 'invite', { body: { email: email.toUpperCase(), role: 'ADMIN' } }, owner)).toMatchObject({
      status: 409,
      body: { code: 'already_invited' },
    });
    expect((await ask(product, 'resendInvitation', { params: { id } }, owner)).status).toBe(200);
    const renewed = (await tokensMailed(email, 2)).find((one) => one !== token) ?? '';
    const isOpen = async (one: string) =>
      (await ask(product, 'readInvitation', { body: { token: one } })).status === 200;
    expect([await isOpen(token), await isOpen(renewed)]).toEqual([false, true]);
    const { database } = product.shared;
    await database.query(sql.unsafe`update invitation set expires_at = now() where id = ${id}`);
    expect(await isOpen(renewed)).toBe(false);
    const second = await invite(email);
    expect((await ask(product, 'withdrawInvitation', { params: { id: second.id } }, owner)).status).toBe(204);
    expect(await isOpen((await tokensMailed(email, 3)).find((one) => one !== token && one !== renewed) ?? '')).toBe(
      false,
    );
    const { body } = await ask<{ items: { email: string }[] }>(product, 'listInvitations', {}, owner);
    expect(body.items.map((item) => item.email)).not.toContain(email);
  });

  it('is stored as the hash of its token, and goes to nobody who is a member', async () => {
    const { token } = await invite(newAddress());
    const rows = await product.shared.database.anyFirst(
      sql.type(z.object({ row: z.string() }))`select i::text as row from invitation i`,
    );
    expect(rows.join()).not.toContain(token);
    expect(await ask(product, 'invite', { body: { email: owner.email, role: 'MEMBER' } }, owner)).toMatchObject({
      status: 409,
      body: { code: 'already_member' },
    });
  });
});

describe('a role', () => {
  const change = (asking: As, id: string, role: string) =>
    ask<Member>(product, 'changeMemberRole', { params: { id }, body: { role } }, asking);

  it('that changes ends the sessions under the old one, tells by mail, and is on record', async () => {
    const member = await buildMember(product, owner, 'MEMBER');
    expect((await change(owner, member.accountId, 'ADMIN')).body.role).toBe('ADMIN');
    expect((await ask(product, 'me', {}, member)).status).toBe(401);
    const anew = await logIn(product, member.email, password);
    expect((await ask(product, 'listAuditEvents', {}, anew)).status).toBe(200);
    expect(await actionsOf(owner, member.accountId)).toEqual(['member.role_changed']);
    await eventually(
      async () =>
        (await listMailbox(product.mailDir, { limit: 500 })).filter((mail) => mail.to.address === member.email),
      (mails) => mails.some(({ subject }) => subject.startsWith('Your role at')),
      60_000,
    );
  });

  it('of the last owner stays, and the last owner does too', async () => {
    const alone = await buildHost(product);
    await buildMember(product, alone, 'ADMIN');
    const refused = { status: 409, body: { code: 'last_owner' } };
    expect(await change(alone, alone.accountId, 'MEMBER')).toMatchObject(refused);
    expect(await ask(product, 'leaveOrganization', {}, alone)).toMatchObject(refused);
    expect(await ask(product, 'removeMember', { params: { id: alone.accountId } }, alone)).toMatchObject(refused);
  });

  it('of two owners who demote each other at once stays with one of them', async () => {
    const one = await buildHost(product);
    const other = await buildMember(product, one, 'OWNER');
    const both = await Promise.all([change(one, other.accountId, 'MEMBER'), change(other, one.accountId, 'MEMBER')]);
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(2);
    const owners = await product.shared.database.anyFirst(sql.type(z.object({ id: z.string() }))`
      select account_id as id from member where organization_id = ${one.organizationId} and role = 'OWNER'`);
    expect(owners).toHaveLength(1);
  });
});

describe('somebody who is removed', () => {
  it('is out at once: pages and sessions end, bookings stay with the organization, whose contact hears of them', async () => {
    const member = await buildMember(product, owner, 'MEMBER', 'Gone Host');
    const type = await buildMeetingType(product, member);
    const booking = await confirmedBooking(product, member, type);
    expect((await send(product, 'GET', `/pages/${member.slug}/${type.slug}`)).status).toBe(200);
    await ask(product, 'changeOrganization', { body: { contactEmail: 'office@example.org' } }, owner);
    expect((await ask(product, 'removeMember', { params: { id: member.accountId } }, owner)).status).toBe(204);

    expect((await ask(product, 'me', {}, member)).status).toBe(401);
    const body = { email: member.email, password: member.password };
    expect(await ask(product, 'logIn', { body })).toMatchObject({ status: 403, body: { code: 'no_organization' } });
    for (const path of [`/pages/${member.slug}`, `/pages/${member.slug}/${type.slug}`]) {
      expect((await send(product, 'GET', path)).status).toBe(404);
    }
    const { items, former } = await membersSeenBy(owner);
    expect(items.map(({ accountId }) => accountId)).not.toContain(member.accountId);
    expect(former).toContainEqual(
      expect.objectContaining({ host: { id: member.hostId, displayName: 'Gone Host' }, upcomingBookings: 1 }),
    );
    const cancel = { params: { id: booking.id }, body: { reason: '' } };
    expect(await ask(product, 'hostCancel', cancel, owner)).toMatchObject({
      status: 200,
      body: { status: 'canceled' },
    });
    const mail = await eventually(
      () => readMail(product, booking.id, 'booking_canceled', 'host').catch(() => null),
      (found) => found !== null,
      60_000,
    );
    expect(JSON.stringify(mail)).toContain('office@example.org');
    expect(JSON.stringify(mail)).not.toContain(member.email);
  });

  it('comes back by a new invitation, to the same link, and without the API keys of before', async () => {
    const member = await buildMember(product, owner, 'MEMBER', 'Back Again');
    const key = { name: 'Reports', scopes: ['bookings:read'], expiresInDays: 30 };
    const { body: old } = await ask<{ token: string }>(product, 'createApiKey', { body: key }, member);
    expect((await ask(product, 'listBookings', {}, old)).status).toBe(200);
    await ask(product, 'removeMember', { params: { id: member.accountId } }, owner);
    const { token } = await invite(member.email);
    expect((await ask(product, 'joinByInvitation', { body: { token } })).status).toBe(200);
    const back = await ask<Me>(product, 'logIn', { body: { email: member.email, password: member.password } });
    expect(back.body.host).toMatchObject({ id: member.hostId, slug: member.slug });
    expect((await send(product, 'GET', `/pages/${member.slug}`)).status).toBe(200);
    expect((await ask(product, 'listBookings', {}, old)).body).toMatchObject({ code: 'api_key_invalid' });
  });
});

describe('the audit log', () => {
  type Log = { items: { id: string; action: string; accountId: string | null }[]; nextCursor: string | null };
  const log = async (query: Record<string, string>) =>
    (await ask<Log>(product, 'listAuditEvents', { query }, owner)).body;

  it('is read page by page, newest first, each entry once', async () => {
    const all = (await log({ limit: '100' })).items.map(({ id }) => id);
    const read: string[] = [];
    let cursor: string | null = null;
    while (read.length < 12) {
      const page: Log = await log({ limit: '4', ...(cursor !== null && { cursor }) });
      read.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(read).toEqual(all.slice(0, 12));
  });

  it('is filtered by who, what and when', async () => {
    const mine = (await log({ accountId: owner.accountId, limit: '100' })).items;
    expect(mine.length).toBeGreaterThan(3);
    expect(mine.every(({ accountId }) => accountId === owner.accountId)).toBe(true);
    const sent = (await log({ action: 'invitation.sent' })).items;
    expect(new Set(sent.map(({ action }) => action))).toEqual(new Set(['invitation.sent']));
    expect((await log({ from: '2999-01-01T00:00:00Z' })).items).toEqual([]);
    expect((await log({ actor: 'provider' })).items).toEqual([]);
  });
});

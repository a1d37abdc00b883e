import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { sql } from 'slonik';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApi } from '#api/server.ts';
import type { JoinAnswer, LiveNews } from '#contract/live.ts';
import { openShared } from '#runtime/composition.ts';
import { openApiParts } from '#runtime/parts.ts';
import { asHost, bookingToSign } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  buildMember,
  eventually,
  logIn,
  send,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

let product: Product;
/** All that a second api process is, on the same servers; that it shares this one's memory makes no difference to it. */
let second: { baseUrl: string; server: Server; close(): Promise<void> };
let owner: TestHost;
let type: TestType;
beforeAll(async () => {
  product = await startProduct();
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const shared = await openShared(product.config, 'second');
  const { parts, close } = await openApiParts(product.config, shared, silent);
  const limits = { readsPerMinute: 100_000, holdsPerMinute: 100_000, attemptsPerMinute: 1_000 };
  const server = createApi({ ...parts, limits }, join(import.meta.dirname, '..', '..', 'web', 'dist'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  second = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    close: () => close().then(shared.close),
  };
  owner = await buildHost(product);
  type = await buildMeetingType(product, owner, { nda: true });
});
afterAll(async () => {
  second.server.close();
  second.server.closeAllConnections();
  await second.close();
  await product.stop();
});

/** A machine that does other things, too, is slow, and not wrong. */
vi.setConfig({ testTimeout: 180_000 });
const patientMs = 60_000;

type Dashboard = { socket: Socket; news: LiveNews[]; joins: JoinAnswer[] };

/** A dashboard that is open: it joins when it connects, and again whenever it comes back, as ours do. */
async function openDashboard(cookie: string, baseUrl = product.baseUrl): Promise<Dashboard> {
  const { last: position } = await product.shared.stream.bounds();
  const socket = io(baseUrl, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    extraHeaders: { cookie },
    reconnectionDelay: 50,
  });
  const dashboard: Dashboard = { socket, news: [], joins: [] };
  socket.on('news', (news: LiveNews) => dashboard.news.push(news));
  socket.on('connect', () =>
    socket.emit('join', { room: 'dashboard', position }, (answer: JoinAnswer) => dashboard.joins.push(answer)),
  );
  await eventually(
    async () => dashboard.joins.length,
    (count) => count === 1,
    patientMs,
  );
  expect(dashboard.joins[0]?.outcome).toBe('joined');
  return dashboard;
}

const untilJoinedAgain = async ({ joins }: Dashboard): Promise<JoinAnswer | undefined> => {
  await eventually(
    async () => joins.length,
    (count) => count === 2,
    patientMs,
  );
  return joins[1];
};

/** Something that the organization's dashboards hear of; the owner's one says when it has gone out. */
async function makeNews(witness: Dashboard): Promise<string> {
  const { id } = await bookingToSign(product, owner, type);
  const isThere = (news: readonly LiveNews[]) => news.some((one) => one.kind === 'booking' && one.bookingId === id);
  await eventually(async () => witness.news, isThere, patientMs);
  return id;
}

describe('a dashboard that is open', () => {
  it('of a member who is removed hears nothing more, whichever process it is connected to; others stay', async () => {
    const member = await buildMember(product, owner, 'ADMIN');
    const places = [product.baseUrl, second.baseUrl];
    const theirs = await Promise.all(places.map((place) => openDashboard(member.cookie, place)));
    const owners = await Promise.all(places.map((place) => openDashboard(owner.cookie, place)));
    const removed = await asHost(product, owner, `/members/${member.accountId}`, undefined, 'DELETE');
    expect(removed.status).toBe(204);
    for (const dashboard of theirs)
      expect(await untilJoinedAgain(dashboard)).toEqual({ outcome: 'refused', code: 'not_found' });
    for (const dashboard of owners) await makeNews(dashboard);
    expect(theirs.map(({ news }) => news)).toEqual([[], []]);
    expect(owners.map(({ joins }) => joins.length)).toEqual([1, 1]);
    for (const { socket } of [...theirs, ...owners]) socket.close();
  });

  it('of an admin who becomes a member is cut off: what is theirs to see begins with a new log-in', async () => {
    const admin = await buildMember(product, owner, 'ADMIN');
    const [theirs, owners] = [await openDashboard(admin.cookie), await openDashboard(owner.cookie)];
    const changed = await asHost(product, owner, `/members/${admin.accountId}`, { role: 'MEMBER' }, 'PATCH');
    expect(changed.status).toBe(200);
    expect(await untilJoinedAgain(theirs)).toEqual({ outcome: 'refused', code: 'not_found' });
    const again = await openDashboard((await logIn(product, admin.email, admin.password)).cookie);
    await makeNews(owners);
    expect([theirs.news, again.news]).toEqual([[], []]);
    for (const { socket } of [theirs, again, owners]) socket.close();
  });

  it('under a session that is ended is cut off, and those of other sessions are not', async () => {
    const here = await openDashboard(owner.cookie);
    const phone = await logIn(product, owner.email, owner.password);
    const elsewhere = await openDashboard(phone.cookie);
    expect((await send(product, 'DELETE', '/sessions/current', phone)).status).toBe(204);
    expect(await untilJoinedAgain(elsewhere)).toEqual({ outcome: 'refused', code: 'not_found' });
    await makeNews(here);
    expect(here.joins).toHaveLength(1);
    for (const { socket } of [here, elsewhere]) socket.close();
  });
});

it('wrong passwords are counted together: asking the other process gives no more guesses', async () => {
  const guarded = await buildHost(product);
  const guess = (at: Product, password: string) => ask(at, 'logIn', { body: { email: guarded.email, password } });
  const elsewhere: Product = { ...product, baseUrl: second.baseUrl };
  const wrong = await Promise.all(
    Array.from({ length: 16 }, (_, index) => guess(index % 2 ? elsewhere : product, 'wrong horse battery')),
  );
  expect(wrong.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(await guess(elsewhere, guarded.password)).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  // Its time goes by: the count begins anew, and a right one takes itself back.
  await product.shared.database.query(sql.unsafe`update guess set ends_at = now()`);
  for (let turn = 0; turn < 12; turn += 1) expect((await guess(elsewhere, guarded.password)).status).toBe(201);
});

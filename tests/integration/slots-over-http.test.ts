import { Client } from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '#contract/problems.ts';
import type { Slots } from '#contract/public-pages.ts';
import { asHost } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  holdSlot,
  send,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import {
  askSlots,
  date,
  dayMs,
  from,
  iso,
  pathOf,
  startsOf,
  untilFromMemory,
  untilTimes,
} from '#tests/slot-questions.ts';

let product: Product;
let host: TestHost;
let superuser: Client;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  superuser = new Client({ connectionString: product.database.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await product.stop();
});

const ask = (type: TestType, query: Record<string, string> = {}, of = host): Promise<Slots> =>
  askSlots(product, of, type, query);
const timesBecome = (type: TestType, areRight: (starts: string[]) => boolean, of = host): Promise<string[]> =>
  untilTimes(product, of, type, areRight);

const rulesWith = (changes: object) => ({
  timeZone: 'UTC',
  weekly: Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]),
  ),
  ...changes,
});

async function changeSchedule(of: TestHost, changes: object): Promise<void> {
  const { body } = await asHost<{ items: { id: string; name: string; isDefault: boolean }[] }>(
    product,
    of,
    '/schedules',
    undefined,
    'GET',
  );
  const [schedule] = body.items;
  const input = { name: schedule?.name, isDefault: true, rules: rulesWith(changes) };
  const { status } = await asHost<Problem>(product, of, `/schedules/${schedule?.id}`, input, 'PUT');
  expect(status).toBe(200);
}

async function changeType(of: TestHost, type: TestType, changes: object): Promise<number> {
  const { body } = await asHost<Record<string, unknown>>(product, of, `/meeting-types/${type.id}`, undefined, 'GET');
  const { id: _id, hostSlug: _slug, url: _url, ...fields } = body;
  return (await asHost<Problem>(product, of, `/meeting-types/${type.id}`, { ...fields, ...changes }, 'PUT')).status;
}

describe('an answer about free slots', () => {
  it('is given from memory the second time, with a clock of its own', async () => {
    const type = await buildMeetingType(product, host);
    await untilFromMemory(product, superuser, host, type);
    const [first, second] = [await ask(type), await ask(type)];
    expect(second.days).toEqual(first.days);
    expect(Date.parse(second.serverTime)).toBeGreaterThan(Date.parse(first.serverTime));
  });

  it('is right after each thing that can happen to a booking: held, released, confirmed, moved, canceled', async () => {
    const [plain, signed] = [
      await buildMeetingType(product, host),
      await buildMeetingType(product, host, { nda: true }),
    ];
    const taken = startsOf(await ask(plain))[4] ?? '';
    const other = startsOf(await ask(plain))[40] ?? '';
    const isFree = (start: string) => (starts: string[]) => starts.includes(start);
    const isTaken = (start: string) => (starts: string[]) => !starts.includes(start);
    for (const type of [plain, signed]) await ask(type);

    const held = await holdSlot(product, signed, taken);
    for (const type of [plain, signed]) await timesBecome(type, isTaken(taken));
    await asHost(product, host, `/bookings/${held.body.booking.id}/release`);
    for (const type of [plain, signed]) await timesBecome(type, isFree(taken));

    const { token } = (await holdSlot(product, plain, taken)).body;
    for (const type of [plain, signed]) await timesBecome(type, isTaken(taken));
    const moved = await send(product, 'POST', '/my-booking/reschedule', { token, body: { startsAt: other } });
    expect(moved.status).toBe(200);
    for (const type of [plain, signed])
      await timesBecome(type, (starts) => isFree(taken)(starts) && isTaken(other)(starts));
    expect((await send(product, 'POST', '/my-booking/cancel', { token, body: {} })).status).toBe(200);
    for (const type of [plain, signed]) await timesBecome(type, isFree(other));
  });

  it('is right after each thing that a host changes: hours, overrides, blackouts, travel, the meeting type', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own);
    const on = (day: number) => (starts: string[]) => starts.filter((start) => start.startsWith(date(day)));
    expect(on(1)(startsOf(await ask(type, {}, own)))).toHaveLength(48);

    await changeSchedule(own, { weekly: { ...rulesWith({}).weekly, mon: [], tue: [], wed: [], thu: [], fri: [] } });
    await timesBecome(type, (starts) => starts.length < 4 * 48, own);
    await changeSchedule(own, { overrides: [{ date: date(1), windows: [['09:00', '10:00']] }] });
    await timesBecome(type, (starts) => on(1)(starts).length === 2 && on(2)(starts).length === 48, own);
    await changeSchedule(own, { blackouts: [{ from: date(2), to: date(3) }] });
    await timesBecome(type, (starts) => on(1)(starts).length === 48 && on(2)(starts).length === 0, own);
    const noon = { overrides: [{ date: date(1), windows: [['12:00', '12:30']] }] };
    await changeSchedule(own, { ...noon, travel: [{ from: date(1), to: date(1), timeZone: 'Asia/Tokyo' }] });
    await timesBecome(type, (starts) => on(1)(starts).includes(`${date(1)}T03:00:00.000Z`), own);
    await changeSchedule(own, {});
    await timesBecome(type, (starts) => starts.length === 4 * 48, own);

    expect(await changeType(own, type, { intervalMinutes: 60 })).toBe(200);
    await timesBecome(type, (starts) => starts.length === 4 * 24, own);
    expect(await changeType(own, type, { slug: `${type.slug}-new`, intervalMinutes: null })).toBe(200);
    await eventually(
      async () => (await send(product, 'GET', pathOf(own.slug, type))).status,
      (status) => status === 404,
      1_000,
    );
    const renamed = { ...type, slug: `${type.slug}-new` };
    await timesBecome(renamed, (starts) => starts.length === 4 * 48, own);
    await asHost(product, own, `/meeting-types/${type.id}`, undefined, 'DELETE');
    await eventually(
      async () => (await send(product, 'GET', pathOf(own.slug, renamed))).status,
      (status) => status === 404,
      1_000,
    );
  });

  it('is gone under a host’s old link, and there under the new one', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own);
    await ask(type, {}, own);
    const slug = `${own.slug}-moved`;
    expect((await asHost(product, own, '/me', { slug }, 'PATCH')).status).toBe(200);
    await eventually(
      async () => (await send(product, 'GET', pathOf(own.slug, type))).status,
      (status) => status === 404,
      1_000,
    );
    expect(startsOf(await ask(type, {}, { ...own, slug }))).toHaveLength(4 * 48);
  });

  it('counts meetings that are over towards the limit of their day', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own, { limitPerDay: 1, bufferAfterMinutes: 60 });
    const other = await buildMeetingType(product, own);
    const startsAt = `${date(0)}T09:00:00.000Z`;
    const { booking } = (await holdSlot(product, type, startsAt)).body;
    // As if it had been held already: the meeting is over, and its claim with it.
    await product.shared.database.transaction(async (tx) => {
      await tx.query(sql.unsafe`update booking set status = 'completed' where id = ${booking.id}`);
      await tx.query(sql.unsafe`update claim set is_live = false where booking_id = ${booking.id}`);
    });
    await timesBecome(type, (starts) => !starts.some((start) => start.startsWith(date(0))), own);
    const starts = startsOf(await ask(other, {}, own));
    expect(starts).toContain(`${date(0)}T10:30:00.000Z`);
    expect(starts).not.toContain(`${date(0)}T10:00:00.000Z`);
  });
});

it('a claim that outlived its move closes its own time, and hides no other', async () => {
  const own = await buildHost(product);
  const type = await buildMeetingType(product, own);
  const [first = '', second = '', ...others] = startsOf(await ask(type, {}, own));
  const { booking } = (await holdSlot(product, type, first)).body;
  await product.shared.database.query(sql.unsafe`
    insert into claim (organization_id, host_id, session_id, booking_id, during, is_move)
    select organization_id, host_id, session_id, id, tstzrange(${second}, ${others[0] ?? ''}), true from booking where id = ${booking.id}`);
  await timesBecome(type, (starts) => !starts.includes(second), own);
  expect(startsOf(await ask(type, {}, own))).toEqual(others);
});

describe('an answer that is zipped', () => {
  it('unzips to the same times, the first time as from memory', async () => {
    const type = await buildMeetingType(product, host);
    const plain = await ask(type);
    for (const encoding of ['gzip, deflate, br', 'gzip', 'br', 'deflate', 'identity', '*']) {
      const response = await fetch(`${product.baseUrl}/api/v1${pathOf(host.slug, type)}`, {
        headers: { 'accept-encoding': encoding },
      });
      expect(((await response.json()) as Slots).days).toEqual(plain.days);
      expect(response.headers.get('vary')).toContain('Accept-Encoding');
      if (encoding.includes('gzip')) expect(response.headers.get('content-encoding')).toBe('gzip');
    }
  });
});

describe('the viewer’s zone', () => {
  it('decides under which date a time is listed, and never which times there are', async () => {
    const type = await buildMeetingType(product, host, { intervalMinutes: 15 });
    const utc = await ask(type);
    const zones = [
      'Asia/Kathmandu',
      'America/St_Johns',
      'Pacific/Kiritimati',
      'Pacific/Pago_Pago',
      'Australia/Lord_Howe',
    ];
    for (const timeZone of zones) {
      const answer = await ask(type, { timeZone });
      expect(startsOf(answer)).toEqual(startsOf(utc));
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
      for (const day of answer.days)
        expect(new Set(day.slots.map((start) => format.format(Date.parse(start))))).toEqual(new Set([day.date]));
    }
  });
});

describe('a question that makes no sense', () => {
  const year = iso(from + 367 * dayMs);
  it.each([
    ['an unknown zone', { timeZone: 'Mars/Olympus' }, 'query.timeZone', 'validation_failed'],
    ['an offset in place of a zone', { timeZone: '+02:00' }, 'query.timeZone', 'validation_failed'],
    ['a range backwards', { to: iso(from - dayMs) }, 'query.to', 'validation_failed'],
    ['more than 366 days', { to: year }, 'query.to', 'range_too_long'],
    ['a duration that is not offered', { durationMinutes: '45' }, 'query.durationMinutes', 'validation_failed'],
    ['a duration that is no number', { durationMinutes: 'long' }, 'query.durationMinutes', 'validation_failed'],
    ['a duration of zero', { durationMinutes: '0' }, 'query.durationMinutes', 'validation_failed'],
    ['a beginning that is no instant', { from: 'tomorrow' }, 'query.from', 'validation_failed'],
    ['a beginning without its zone', { from: '2026-05-01T00:00:00' }, 'query.from', 'validation_failed'],
    ['no beginning', { from: '' }, 'query.from', 'validation_failed'],
  ])('such as %s is refused with the field that is wrong', async (_what, query, field, code) => {
    const type = await buildMeetingType(product, host);
    const { status, body } = await send<Problem>(product, 'GET', pathOf(host.slug, type, query));
    expect({ status, code: body.code }).toEqual({ status: 400, code });
    expect([...new Set(body.errors?.map((error) => error.field))]).toEqual([field]);
  });

  it('such as two beginnings at once is refused as well', async () => {
    const type = await buildMeetingType(product, host);
    const { status } = await send(product, 'GET', `${pathOf(host.slug, type)}&from=${iso(from)}`);
    expect(status).toBe(400);
  });
});

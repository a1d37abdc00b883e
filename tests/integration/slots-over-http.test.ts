import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Client } from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Problem } from '#contract/problems.ts';
import type { Slots } from '#contract/public-pages.ts';
import { createSlotsMemory } from '#api/slots-memory.ts';
import { listenForAvailability } from '#db/availability-news.ts';
import { asHost, isOffered } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  send,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

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

const dayMs = 86_400_000;
const iso = (instant: number): string => new Date(instant).toISOString();
/** Four whole days from the day after tomorrow on. */
const from = (Math.floor(Date.now() / dayMs) + 2) * dayMs;
const date = (day: number): string => iso(from + day * dayMs).slice(0, 10);

function pathOf(slug: string, type: TestType, query: Record<string, string> = {}): string {
  return `/pages/${slug}/${type.slug}/slots?${new URLSearchParams({ from: iso(from), to: iso(from + 4 * dayMs), ...query }).toString()}`;
}

async function ask(type: TestType, query: Record<string, string> = {}, of = host): Promise<Slots> {
  const { status, body } = await send<Slots>(product, 'GET', pathOf(of.slug, type, query));
  if (status !== 200) throw new Error(`Slots were answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

const startsOf = (answer: Slots): string[] => answer.days.flatMap(({ slots }) => slots);

/** Whether the answer comes although nothing can be read from the database. */
async function isFromMemory(type: TestType): Promise<boolean> {
  await superuser.query('begin; lock table meeting_type in access exclusive mode');
  try {
    return await fetch(`${product.baseUrl}/api/v1${pathOf(host.slug, type)}`, {
      signal: AbortSignal.timeout(300),
    }).then(
      ({ status }) => status === 200,
      () => false,
    );
  } finally {
    await superuser.query('rollback');
  }
}

const untilFromMemory = (type: TestType) =>
  eventually(
    async () => {
      await ask(type);
      return isFromMemory(type);
    },
    (fromMemory) => fromMemory,
  );

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

/** What reaches memory does so within milliseconds; a busy machine gets a second. */
const untilTimes = (type: TestType, areRight: (starts: string[]) => boolean, of = host) =>
  eventually(async () => startsOf(await ask(type, {}, of)), areRight, 1_000);

describe('an answer about free slots', () => {
  it('is given from memory the second time, with a clock of its own', async () => {
    const type = await buildMeetingType(product, host);
    await untilFromMemory(type);
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
    for (const type of [plain, signed]) await untilTimes(type, isTaken(taken));
    await asHost(product, host, `/bookings/${held.body.booking.id}/release`);
    for (const type of [plain, signed]) await untilTimes(type, isFree(taken));

    const { token } = (await holdSlot(product, plain, taken)).body;
    for (const type of [plain, signed]) await untilTimes(type, isTaken(taken));
    const moved = await send(product, 'POST', '/my-booking/reschedule', { token, body: { startsAt: other } });
    expect(moved.status).toBe(200);
    for (const type of [plain, signed])
      await untilTimes(type, (starts) => isFree(taken)(starts) && isTaken(other)(starts));
    expect((await send(product, 'POST', '/my-booking/cancel', { token, body: {} })).status).toBe(200);
    for (const type of [plain, signed]) await untilTimes(type, isFree(other));
  });

  it('is right after each thing that a host changes: hours, overrides, blackouts, travel, the meeting type', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own);
    const on = (day: number) => (starts: string[]) => starts.filter((start) => start.startsWith(date(day)));
    expect(on(1)(startsOf(await ask(type, {}, own)))).toHaveLength(48);

    await changeSchedule(own, { weekly: { ...rulesWith({}).weekly, mon: [], tue: [], wed: [], thu: [], fri: [] } });
    await untilTimes(type, (starts) => starts.length < 4 * 48, own);
    await changeSchedule(own, { overrides: [{ date: date(1), windows: [['09:00', '10:00']] }] });
    await untilTimes(type, (starts) => on(1)(starts).length === 2 && on(2)(starts).length === 48, own);
    await changeSchedule(own, { blackouts: [{ from: date(2), to: date(3) }] });
    await untilTimes(type, (starts) => on(1)(starts).length === 48 && on(2)(starts).length === 0, own);
    const noon = { overrides: [{ date: date(1), windows: [['12:00', '12:30']] }] };
    await changeSchedule(own, { ...noon, travel: [{ from: date(1), to: date(1), timeZone: 'Asia/Tokyo' }] });
    await untilTimes(type, (starts) => on(1)(starts).includes(`${date(1)}T03:00:00.000Z`), own);
    await changeSchedule(own, {});
    await untilTimes(type, (starts) => starts.length === 4 * 48, own);

    expect(await changeType(own, type, { intervalMinutes: 60 })).toBe(200);
    await untilTimes(type, (starts) => starts.length === 4 * 24, own);
    expect(await changeType(own, type, { slug: `${type.slug}-new`, intervalMinutes: null })).toBe(200);
    await eventually(
      async () => (await send(product, 'GET', pathOf(own.slug, type))).status,
      (status) => status === 404,
      1_000,
    );
    const renamed = { ...type, slug: `${type.slug}-new` };
    await untilTimes(renamed, (starts) => starts.length === 4 * 48, own);
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
    await untilTimes(type, (starts) => !starts.some((start) => start.startsWith(date(0))), own);
    const starts = startsOf(await ask(other, {}, own));
    expect(starts).toContain(`${date(0)}T10:30:00.000Z`);
    expect(starts).not.toContain(`${date(0)}T10:00:00.000Z`);
  });
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

describe('a change', () => {
  it('reaches memory within milliseconds of its commit', async () => {
    const heard: number[] = [];
    let ready = (): void => {};
    const listening = new Promise<void>((resolve) => (ready = resolve));
    const news = listenForAvailability(product.database.url, {
      gap: () => setTimeout(ready, 0),
      change: () => heard.push(performance.now()),
    });
    await listening;
    const delays: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      heard.length = 0;
      await product.shared.database.query(
        sql.unsafe`update host set display_name = ${`Ada ${index}`} where id = ${host.hostId}`,
      );
      const committedAt = performance.now();
      await eventually(
        () => Promise.resolve(heard[0]),
        (at) => at !== undefined,
        2_000,
      );
      delays.push(Math.max(0, (heard[0] ?? Infinity) - committedAt));
    }
    await news.close();
    delays.sort((a, b) => a - b);
    const [median = NaN, p99 = NaN, worst = NaN] = [delays[100], delays[197], delays.at(-1)];
    console.log(
      `from commit to a dropped answer: ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, worst ${worst.toFixed(2)} ms`,
    );
    // Aimed at: 50 ms. A machine that does many things at once gets more.
    expect(median).toBeLessThan(50);
  });

  it('that is heard between a read and the keeping of its answer keeps that answer out', async () => {
    const memory = createSlotsMemory(product.database.url);
    const keep = (hostId: string, mark: number) =>
      memory.keep(hostId, { hostId, head: String(mark), validUntil: Infinity }, mark);
    await eventually(
      () => Promise.resolve(keep('nobody', memory.mark())),
      () => memory.get('nobody', 0) !== undefined,
    );
    const rename = (hostId: string) =>
      product.shared.database.query(sql.unsafe`update host set display_name = 'Ada' where id = ${hostId}`);
    const other = await buildHost(product);
    const mark = memory.mark();
    await rename(host.hostId);
    await eventually(
      () => Promise.resolve(memory.mark()),
      (now) => now > mark,
      2_000,
    );
    keep(host.hostId, mark);
    keep(other.hostId, mark);
    expect(memory.get(host.hostId, 0)).toBeUndefined();
    expect(memory.get(other.hostId, 0)).toBeDefined();
    await memory.close();
  });

  it('drops what was read before it, whatever the order of reads, changes and answers, and nothing else', async () => {
    const memory = createSlotsMemory(product.database.url);
    await eventually(
      () => Promise.resolve(memory.keep('any', { hostId: 'any', head: '', validUntil: Infinity }, memory.mark())),
      () => memory.get('any', 0) !== undefined,
    );
    let run = 0;
    const step = fc.record({ do: fc.constantFrom('read', 'change', 'answer'), host: fc.nat(2), which: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        run += 1;
        const reads: { mark: number; at: number }[] = [];
        const changedAt = [-1, -1, -1];
        const keptFrom: (number | undefined)[] = [];
        for (const [at, step] of steps.entries()) {
          const hostId = `${run}-${step.host}`;
          const read = reads[step.which % Math.max(1, reads.length)];
          if (step.do === 'read') reads.push({ mark: memory.mark(), at });
          if (step.do === 'change') {
            memory.drop(hostId);
            changedAt[step.host] = at;
            keptFrom[step.host] = undefined;
          }
          if (step.do === 'answer' && read) {
            memory.keep(hostId, { hostId, head: String(read.at), validUntil: Infinity }, read.mark);
            if (read.at > (changedAt[step.host] ?? -1)) keptFrom[step.host] = read.at;
          }
          expect(memory.get(hostId, 0)?.head).toBe(keptFrom[step.host]?.toString());
        }
      }),
    );
    const old = memory.mark();
    for (let index = 0; index < 25_000; index += 1) memory.drop('somebody');
    memory.keep('slow', { hostId: 'slow', head: '', validUntil: Infinity }, old);
    expect(memory.get('slow', 0)).toBeUndefined();
    await memory.close();
  });
});

const listenerPids = async (): Promise<number[]> =>
  (
    await superuser.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and application_name = 'countersign-availability'",
    )
  ).rows.map(({ pid }) => pid);

describe('while changes cannot be heard', () => {
  it('answers come from the database until they can again: a killed connection hides nothing', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own, { slug: 'killed' });
    await ask(type, {}, own);
    const name = new URL(product.database.url).pathname.slice(1);
    // No new connection for the application: the listener cannot come back for a while.
    await superuser.query(`alter database ${name} connection limit 0`);
    try {
      for (const pid of await listenerPids()) await superuser.query('select pg_terminate_backend($1)', [pid]);
      await eventually(listenerPids, (pids) => pids.length === 0);
      await sleep(100);
      for (const intervalMinutes of [60, 120, 30]) {
        await product.shared.database.query(
          sql.unsafe`update meeting_type set interval_minutes = ${intervalMinutes} where id = ${type.id}`,
        );
        // At once: nothing has to be heard first.
        expect(startsOf(await ask(type, {}, own))).toHaveLength((4 * 1440) / intervalMinutes);
      }
    } finally {
      await superuser.query(`alter database ${name} connection limit -1`);
    }
    await eventually(listenerPids, (pids) => pids.length === 1);
    await untilFromMemory(await buildMeetingType(product, host));
    await product.shared.database.query(
      sql.unsafe`update meeting_type set interval_minutes = 60 where id = ${type.id}`,
    );
    await untilTimes(type, (starts) => starts.length === 4 * 24, own);
  });

  it('a connection that hangs without a word is doubted after a second', async () => {
    const type = await buildMeetingType(product, host, { slug: 'hanging' });
    await untilFromMemory(type);
    const [pid] = await listenerPids();
    if (!pid) throw new Error('Nobody listens.');
    process.kill(pid, 'SIGSTOP');
    try {
      await product.shared.database.query(
        sql.unsafe`update meeting_type set interval_minutes = 60 where id = ${type.id}`,
      );
      await eventually(
        async () => startsOf(await ask(type)).length,
        (count) => count <= 4 * 24,
        3_000,
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await untilFromMemory(type);
  });
});

describe('the position of an answer', () => {
  it('is never ahead of its times: what is told before it, is in it', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own);
    const starts = startsOf(await ask(type, {}, own)).slice(0, 40);
    const answers: Slots[] = [];
    let isOver = false;
    const watch = async (): Promise<void> => {
      while (!isOver) answers.push(await ask(type, {}, own));
    };
    const holding = Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (const start of starts.filter((_, index) => index % 4 === lane)) await holdSlot(product, type, start);
      }),
    ).finally(() => (isOver = true));
    await Promise.all([holding, watch(), watch(), watch()]);
    answers.push(await ask(type, {}, own));

    const { last } = await product.shared.stream.bounds();
    const subjects = [`slot.held.*.${own.hostId}`];
    const facts = (await product.shared.stream.read({ from: 1, to: last, subjects })).map(({ position, json }) => ({
      position,
      startsAt: z.object({ data: z.object({ startsAt: z.string() }) }).parse(json).data.startsAt,
    }));
    expect(facts).toHaveLength(starts.length);
    for (const answer of answers) {
      expect(answer.position).toBeLessThanOrEqual(last);
      const told = facts.filter(({ position }) => position <= answer.position).map(({ startsAt }) => startsAt);
      const offered = new Set(startsOf(answer));
      expect(told.filter((start) => offered.has(start))).toEqual([]);
    }
    expect(new Set(answers.map(({ position }) => position)).size).toBeGreaterThan(3);
  });

  it('holds even when the database’s own notice does not come', async () => {
    const type = await buildMeetingType(product, host, { slug: 'without-notice' });
    const start = await findSlot(product, host, type, 11);
    await isOffered(product, host, type, start);
    const before = (await ask(type)).position;
    await superuser.query('alter table claim disable trigger availability_changed');
    try {
      await holdSlot(product, type, start);
      const answer = await eventually(
        () => ask(type),
        ({ position }) => position > before,
      );
      expect(startsOf(answer)).not.toContain(start);
    } finally {
      await superuser.query('alter table claim enable trigger availability_changed');
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

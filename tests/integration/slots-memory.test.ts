import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Client } from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Slots } from '#contract/public-pages.ts';
import { createSlotsMemory } from '#api/slots-memory.ts';
import { openNews } from '#db/news.ts';
import { isOffered } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { askSlots, startsOf, untilFromMemory, untilTimes } from '#tests/slot-questions.ts';

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

describe('a change', () => {
  it('reaches memory within milliseconds of its commit', async () => {
    const heard: number[] = [];
    const news = openNews(product.database.url);
    news.on('availability', { told: () => heard.push(performance.now()) });
    await eventually(
      () => Promise.resolve(news.isListening()),
      (isListening) => isListening,
    );
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
    const news = openNews(product.database.url);
    const memory = createSlotsMemory(news);
    const keep = (hostId: string, mark: number) =>
      memory.keep(hostId, { hostId, head: Buffer.from(String(mark)), validUntil: Infinity }, mark);
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
    await news.close();
  });

  it('drops what was read before it, whatever the order of reads, changes and answers, and nothing else', async () => {
    const news = openNews(product.database.url);
    const memory = createSlotsMemory(news);
    await eventually(
      () =>
        Promise.resolve(
          memory.keep('any', { hostId: 'any', head: Buffer.alloc(0), validUntil: Infinity }, memory.mark()),
        ),
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
            memory.keep(hostId, { hostId, head: Buffer.from(String(read.at)), validUntil: Infinity }, read.mark);
            if (read.at > (changedAt[step.host] ?? -1)) keptFrom[step.host] = read.at;
          }
          expect(memory.get(hostId, 0)?.head.toString()).toBe(keptFrom[step.host]?.toString());
        }
      }),
    );
    const old = memory.mark();
    for (let index = 0; index < 25_000; index += 1) memory.drop('somebody');
    memory.keep('slow', { hostId: 'slow', head: Buffer.alloc(0), validUntil: Infinity }, old);
    expect(memory.get('slow', 0)).toBeUndefined();
    await news.close();
  });
});

const listenerPids = async (): Promise<number[]> =>
  (
    await superuser.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and application_name = 'countersign-news'",
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
    await untilFromMemory(product, superuser, host, await buildMeetingType(product, host));
    await product.shared.database.query(
      sql.unsafe`update meeting_type set interval_minutes = 60 where id = ${type.id}`,
    );
    await timesBecome(type, (starts) => starts.length === 4 * 24, own);
  });

  it('a connection that hangs without a word is doubted after a second', async () => {
    const type = await buildMeetingType(product, host, { slug: 'hanging' });
    await untilFromMemory(product, superuser, host, type);
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
    await untilFromMemory(product, superuser, host, type);
  });
});

/** The holds of this host that the stream has told of, and its last position. */
async function holdsToldOf({ hostId }: TestHost) {
  const { last } = await product.shared.stream.bounds();
  const told = await product.shared.stream.read({ from: 1, to: last, subjects: [`slot.held.*.${hostId}`] });
  const facts = told.map(({ position, json }) => ({
    position,
    startsAt: z.object({ data: z.object({ startsAt: z.string() }) }).parse(json).data.startsAt,
  }));
  return { last, facts };
}

describe('the position of an answer', () => {
  it('is never ahead of its times: what is told before it, is in it', async () => {
    const own = await buildHost(product);
    const type = await buildMeetingType(product, own);
    const starts = startsOf(await ask(type, {}, own)).slice(0, 20);
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

    const told = () => holdsToldOf(own);
    // Facts leave a moment after the answer.
    const { last, facts } = await eventually(told, (seen) => seen.facts.length >= starts.length);
    expect(facts).toHaveLength(starts.length);
    for (const answer of answers) {
      expect(answer.position).toBeLessThanOrEqual(last);
      const toldBefore = facts.filter(({ position }) => position <= answer.position).map(({ startsAt }) => startsAt);
      const offered = new Set(startsOf(answer));
      expect(toldBefore.filter((start) => offered.has(start))).toEqual([]);
    }
    expect(new Set(answers.map(({ position }) => position)).size).toBeGreaterThan(3);
  });

  it('holds even when the database’s own notice does not come', async () => {
    const type = await buildMeetingType(product, host, { slug: 'without-notice' });
    const start = await findSlot(product, host, type, 11);
    await isOffered(product, host, type, start);
    await superuser.query('alter table claim disable trigger availability_changed');
    try {
      await holdSlot(product, type, start);
      // Others' facts move the position, too: what counts is the one that tells of this hold.
      const { position: toldAt = NaN } =
        (await eventually(
          async () => (await holdsToldOf(host)).facts.find(({ startsAt }) => startsAt === start),
          (fact) => fact !== undefined,
        )) ?? {};
      const answer = await eventually(
        () => ask(type),
        ({ position }) => position >= toldAt,
      );
      expect(startsOf(answer)).not.toContain(start);
    } finally {
      await superuser.query('alter table claim enable trigger availability_changed');
    }
  });
});

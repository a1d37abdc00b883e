import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPersonalCipher, type PersonalCipher } from '#db/personal.ts';
import { openDatabase, type Database } from '#db/pool.ts';
import { brokenAuditLinks } from '#db/queries/audit.ts';
import { holdSlot } from '#db/changes/hold.ts';
import { findBooking, readProgress } from '#db/queries/bookings.ts';
import { createTestDatabase, type TestDatabase } from '#tests/database.ts';
import { brokenDailyLimits, inconsistencies } from '#tests/histories/consistency.ts';
import { client, perform, requestSlot, send, type Operation } from '#tests/histories/operations.ts';
import { setScene } from '#tests/histories/scene.ts';

let created: TestDatabase;
let database: Database;
const cipher: PersonalCipher = createPersonalCipher([{ id: '1', key: randomBytes(32) }]);
beforeAll(async () => {
  created = await createTestDatabase();
  database = await openDatabase(created.url, { maxConnections: 10 });
});
afterAll(async () => {
  await database.end();
  await created.drop();
});

type Scene = Awaited<ReturnType<typeof setScene>>;

/** Signed too late, when somebody else has the time; then moved to another one. */
const displaced: Operation[] = [
  { do: 'hold', type: 1, at: { day: 0, quarter: 2 } },
  { do: 'send', which: 0 },
  { do: 'runOut', which: 0 },
  { do: 'hold', type: 0, at: { day: 0, quarter: 2 } },
  { do: 'sign', which: 0 },
  { do: 'collect', which: 0 },
  { do: 'reschedule', which: 0, by: 'guest', at: { day: 1, quarter: 2 } },
];
/** Signed too late, but nobody wanted the time. */
const late: Operation[] = [
  { do: 'hold', type: 1, at: { day: 0, quarter: 2 } },
  { do: 'send', which: 0 },
  { do: 'runOut', which: 0 },
  { do: 'expire', which: 0 },
  { do: 'sign', which: 0 },
  { do: 'collect', which: 0 },
];
const declined: Operation[] = [
  { do: 'hold', type: 1, at: { day: 0, quarter: 2 } },
  { do: 'send', which: 0 },
  { do: 'decline', which: 0 },
];
const settings: fc.Parameters<[Operation[][]]> = {
  numRuns: 30,
  endOnFailure: true,
  examples: [[[displaced]], [[late]], [[declined]]],
};

async function run(scene: Scene, operations: readonly Operation[]): Promise<void> {
  for (const operation of operations) await perform(scene, operation);
}

async function expectConsistent(scene: Scene): Promise<void> {
  expect(await inconsistencies(database, scene.hostId)).toEqual([]);
  expect(await brokenDailyLimits(database, scene.hostId)).toEqual([]);
}

describe('whatever clients do to one host’s bookings at the same time', () => {
  it('no two live claims overlap, none is left behind, no limit is exceeded, and the facts say what is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(client, { minLength: 3, maxLength: 8 }), async (clients) => {
        const scene = await setScene(database, cipher);
        let isOver = false;
        const working = Promise.all(clients.map((operations) => run(scene, operations))).finally(() => (isOver = true));
        // Not only afterwards: every moment that another transaction can see is consistent.
        const watch = async () => {
          while (!isOver) await expectConsistent(scene);
        };
        await Promise.all([working, watch()]);
        await expectConsistent(scene);
      }),
      settings,
    );
    // The histories were worth playing: every end and every detour was reached.
    const reached = await database.anyFirst(
      sql.type(z.object({ status: z.string() }))`select distinct status from booking`,
    );
    expect([...reached].sort()).toEqual(
      expect.arrayContaining(['canceled', 'confirmed', 'declined', 'expired', 'held', 'refused', 'released']),
    );
    const actions = await database.anyFirst(
      sql.type(z.object({ action: z.string() }))`select distinct action from audit_event`,
    );
    expect(actions).toEqual(expect.arrayContaining(['booking.rescheduled', 'booking.displaced', 'nda.signed']));
  }, 240_000);

  it('a crowd of holds for overlapping times of both types ends with as many meetings as fit, and a chain of audit entries', async () => {
    const scene = await setScene(database, cipher);
    const crowd = Array.from({ length: 40 }, (_, index): Operation => ({
      do: 'hold',
      type: index % 2,
      at: { day: 0, quarter: index % 4 },
    }));
    await Promise.all(crowd.map((operation) => perform(scene, operation)));
    await expectConsistent(scene);
    const live = await database.oneFirst(
      sql.type(z.object({ count: z.number() }))`select count(*) from claim where host_id = ${scene.hostId} and is_live`,
    );
    // 45 minutes of each, starting within the first hour: one always fits, and never more than two.
    expect([1, 2]).toContain(live);
    const organizationId = await database.oneFirst(
      sql.type(z.object({ id: z.string() }))`select organization_id as id from host where id = ${scene.hostId}`,
    );
    expect(await brokenAuditLinks(database, organizationId)).toEqual([]);
  });
});

it('an agreement that is finished after its booking has ended is nobody’s', async () => {
  const scene = await setScene(database, cipher);
  await run(scene, [
    { do: 'hold', type: 1, at: { day: 0, quarter: 4 } },
    { do: 'release', which: 0 },
  ]);
  const released = await findBooking(database, scene.bookingIds[0] ?? '');
  if (!released) throw new Error('The booking is gone.');
  await send(database, released);
  expect(await findBooking(database, released.id)).toMatchObject({ status: 'released', ndaStatus: 'pending' });
  await expectConsistent(scene);
});

describe('the check itself', () => {
  it('sees each kind of damage', async () => {
    const scene = await setScene(database, cipher);
    await run(scene, [
      { do: 'hold', type: 0, at: { day: 0, quarter: 0 } },
      { do: 'hold', type: 0, at: { day: 0, quarter: 4 } },
      { do: 'hold', type: 0, at: { day: 0, quarter: 8 } },
      { do: 'hold', type: 1, at: { day: 1, quarter: 4 } },
    ]);
    const [first = '', second = '', third = '', fourth = ''] = scene.bookingIds;
    await expectConsistent(scene);
    const statements = [
      sql.unsafe`update claim set is_live = false where booking_id = ${first}`,
      sql.unsafe`update booking set status = 'canceled' where id = ${second}`,
      sql.unsafe`update claim set during = tstzrange(lower(during), upper(during) + interval '1 hour') where booking_id = ${third}`,
      sql.unsafe`delete from outbox where booking_id = ${fourth}`,
      sql.unsafe`update meeting_type set limit_per_day = 1 where id = any(${sql.array([...scene.typeIds], 'uuid')})`,
    ];
    for (const statement of statements) await database.query(statement);
    const found = new Set((await inconsistencies(database, scene.hostId)).map(({ what }) => what));
    expect([...found].sort()).toEqual([
      'a claim is not where its booking is',
      'a live booking has not exactly one live claim',
      'a live booking was never said to be held',
      'a live claim belongs to nothing alive',
      'facts and state disagree',
      'the last slot fact is not the truth',
      'the last slot fact names another time',
    ]);
    expect(await brokenDailyLimits(database, scene.hostId)).toHaveLength(1);
  });
});

it('what comes after a hold is said as the database tells it: held, confirmed at once, or refused', async () => {
  const scene = await setScene(database, cipher);
  const dayOff = { day: 0, quarter: -8 };
  for (const [type, at, outcome] of [
    [0, { day: 0, quarter: 0 }, 'held'],
    [1, { day: 0, quarter: 8 }, 'held'],
    [1, dayOff, 'slot_not_offered'],
  ] as const) {
    const id = (await requestSlot(scene, type, at)) ?? '';
    const { hold, progress } = await holdSlot(database, id);
    expect(hold.outcome).toBe(outcome);
    expect(progress).toEqual(await readProgress(database, id));
  }
});

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inconsistencies } from '#tests/histories/consistency.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, type TestHost, type TestType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
/** An hour, with ten minutes before it and twenty after: 90 minutes of the host's time. */
let long: TestType;
/** A quarter of an hour, and five minutes to note things down. */
let short: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  const shared = { intervalMinutes: 5, nda: true };
  long = await buildMeetingType(product, host, {
    ...shared,
    durationsMinutes: [60],
    bufferBeforeMinutes: 10,
    bufferAfterMinutes: 20,
  });
  short = await buildMeetingType(product, host, { ...shared, durationsMinutes: [15], bufferAfterMinutes: 5 });
});
afterAll(() => product.stop());

const minuteMs = 60_000;
/** Times far enough apart that one pair does not meet the next. */
let nextPair = 0;
const freshStart = async () => Date.parse(await findSlot(product, host, long, 60)) + nextPair++ * 240 * minuteMs;
const at = (instant: number) => new Date(instant).toISOString();
const codeOf = ({ status, body }: Awaited<ReturnType<typeof holdSlot>>) =>
  status === 201 ? 'held' : `${status} ${body.code}`;

const liveClaims = () =>
  product.shared.database.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*) from claim where host_id = ${host.hostId} and is_live`);

/** The long one takes −10 to 80, the short one 20 minutes from its start: how far apart they begin says whether they meet. */
const together = [
  { shortBegins: -40, got: 2, how: 'the short one ends well before' },
  { shortBegins: -30, got: 2, how: 'the short one ends where the long one’s buffer begins' },
  { shortBegins: -25, got: 1, how: 'buffers overlap, the meetings do not' },
  { shortBegins: -10, got: 1, how: 'both occupy the host from the same moment' },
  { shortBegins: 30, got: 1, how: 'the short one lies within the long one' },
  { shortBegins: 60, got: 1, how: 'the short one ends with the long one’s buffer' },
  { shortBegins: 75, got: 1, how: 'the short one begins in the last minutes of a buffer' },
  { shortBegins: 80, got: 2, how: 'the short one begins where the long one’s buffer ends' },
];

describe('two meeting types of different length, wanted at the same moment', () => {
  it.each(together)('$how: $got of them may be had', async ({ shortBegins, got }) => {
    const start = await freshStart();
    const before = await liveClaims();
    const wishes = [
      () => holdSlot(product, long, at(start)),
      () => holdSlot(product, short, at(start + shortBegins * minuteMs)),
    ];
    // Whoever asks first must not matter.
    const replies = await Promise.all((nextPair % 2 ? wishes : wishes.toReversed()).map((wish) => wish()));
    expect(replies.map(codeOf).sort()).toEqual(got === 2 ? ['held', 'held'] : ['409 slot_taken', 'held']);
    expect((await liveClaims()) - before).toBe(got);
    expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
  });

  it('in any number and at any times within an afternoon: who was refused is in the way of somebody who was not', async () => {
    const wish = fc.record({ isLong: fc.boolean(), step: fc.integer({ min: 0, max: 36 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 8, maxLength: 16, size: 'max' }), async (wishes) => {
        const start = await freshStart();
        nextPair += 2;
        const asked = wishes.map(({ isLong, step }) => ({
          type: isLong ? long : short,
          startsAt: start + step * 5 * minuteMs,
          isLong,
        }));
        const replies = await Promise.all(
          asked.map(({ type, startsAt }) => holdSlot(product, type, at(startsAt), { key: randomUUID() })),
        );
        const taken = asked.map(({ startsAt, isLong }, index) => ({
          from: startsAt - (isLong ? 10 : 0) * minuteMs,
          to: startsAt + (isLong ? 80 : 20) * minuteMs,
          isHeld: replies[index]?.status === 201,
        }));
        const held = taken.filter(({ isHeld }) => isHeld);
        for (const refused of taken.filter(({ isHeld }) => !isHeld))
          expect(held.some(({ from, to }) => from < refused.to && refused.from < to)).toBe(true);
        expect(replies.map(codeOf).filter((code) => code !== 'held' && code !== '409 slot_taken')).toEqual([]);
        expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
});

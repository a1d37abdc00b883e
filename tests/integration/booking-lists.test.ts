import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { HostBookingSummary } from '#contract/bookings.ts';
import { asHost } from '#tests/booking-actions.ts';
import { fillDatabase } from '#tests/filled-database.ts';
import { buildHost, buildMeetingType, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

const total = 10_000;
let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  const { id: meetingTypeId } = await buildMeetingType(product, host);
  const { organizationId, hostId } = host;
  await fillDatabase({
    ownerUrl: product.database.ownerUrl,
    known: { organizationId, hostId, meetingTypeId },
    hosts: 1,
    to: total,
  });
}, 300_000);
afterAll(() => product.stop());

type Bookings = { items: z.infer<typeof HostBookingSummary>[]; nextCursor: string | null };
const list = async (query: string) =>
  (await asHost<Bookings>(product, host, `/bookings?${query}`, undefined, 'GET')).body;

/** The statement that lists bookings, as the api sends it. */
async function statementOf(query: string): Promise<{ text: string; values: unknown[] }> {
  const send = pg.Client.prototype.query;
  const sent: { text: string; values: unknown[] }[] = [];
  const statement = z.object({ text: z.string(), values: z.array(z.unknown()) });
  const noting = function (this: pg.Client, ...args: unknown[]): unknown {
    const known = statement.safeParse(args[0]).data ?? statement.safeParse({ text: args[0], values: args[1] }).data;
    if (known?.text.includes('order by b.starts_at') === true) sent.push(known);
    return (send as (...all: unknown[]) => unknown).apply(this, args);
  };
  pg.Client.prototype.query = noting as typeof send;
  await list(query);
  pg.Client.prototype.query = send;
  const [first] = sent;
  if (first === undefined) throw new Error('The api sent no statement that lists bookings.');
  return first;
}

type Plan = { 'Rows Removed by Filter'?: number; 'Actual Loops': number; Plans?: Plan[] };
const readInVain = (plan: Plan): number =>
  (plan['Rows Removed by Filter'] ?? 0) * plan['Actual Loops'] +
  (plan.Plans ?? []).reduce((sum, part) => sum + readInVain(part), 0);

it.each(['upcoming', 'waiting', 'past', 'canceled', 'attention', 'all'])(
  'a page of %s bookings is found without reading years of others',
  async (view) => {
    const { text, values } = await statementOf(`view=${view}`);
    const client = new pg.Client({ connectionString: product.database.ownerUrl });
    await client.connect();
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (analyze, format json) ${text}`,
      values,
    );
    await client.end();
    // A tenth of them is to come: whoever waits for a signature may be looked for among those.
    expect(readInVain(rows[0]?.['QUERY PLAN'][0]?.Plan ?? { 'Actual Loops': Infinity })).toBeLessThanOrEqual(
      total / 10 + 50,
    );
  },
);

it('page after page, every booking is listed once, in order', { timeout: 120_000 }, async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Bookings = await list(`view=all&limit=100${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...page.items.map(({ startsAt, id }) => `${startsAt} ${id}`));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(total);
  expect(seen).toEqual([...seen].sort().reverse());
});

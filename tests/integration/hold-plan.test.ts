import { escapeLiteral } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { QuerySqlToken } from 'slonik';
import { readAvailability } from '#db/queries/availability.ts';
import type { Queryable } from '#db/pool.ts';
import { asSuperuser } from '#runtime/embedded/database.ts';
import { fillDatabase } from '#tests/filled-database.ts';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

/**
 * What a hold reads of its host's claims are those that touch its time, as the role that asks and by the plan that its connection keeps. Tables of a
 * few thousand rows are where Postgres may well take the whole of them for little.
 */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

type Plan = {
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};

/** Rows of a table that were looked at, whether they were wanted or not. */
function rowsLookedAt(plan: Plan, table: string): number {
  const { 'Actual Rows': kept = 0, 'Rows Removed by Filter': removed = 0, 'Actual Loops': times = 0 } = plan;
  const own = plan['Relation Name'] === table ? (kept + removed) * times : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsLookedAt(part, table), own);
}

/** The statement that a hold sends, and its parameters. */
async function lookOfHold(meetingTypeId: string, at: Date): Promise<QuerySqlToken> {
  const sent: QuerySqlToken[] = [];
  const noting = {
    maybeOne: (query: QuerySqlToken) => {
      sent.push(query);
      return Promise.resolve(null);
    },
  };
  const range = { from: at, to: new Date(at.getTime() + 30 * 60_000) };
  await readAvailability(noting as unknown as Queryable, { meetingTypeId }, range, { isOneMeeting: true });
  return sent[0]!;
}

it('a hold reads the claims that touch its time, however many bookings its host has', async () => {
  const host = await buildHost(product);
  const { id: meetingTypeId } = await buildMeetingType(product, host);
  await fillDatabase({
    ownerUrl: product.database.ownerUrl,
    known: { ...host, meetingTypeId },
    hosts: 2,
    to: 5_000,
    ofKnown: 4_000,
  });
  const plan = await asSuperuser(product.database.url, async (client) => {
    const { rows: claims } = await client.query<{ count: number; at: Date }>(
      'select count(*)::int as count, min(lower(during)) as at from claim where host_id = $1 and is_live',
      [host.hostId],
    );
    expect(claims[0]!.count).toBeGreaterThan(300);
    const { sql, values } = await lookOfHold(meetingTypeId, claims[0]!.at);
    await client.query(
      `set plan_cache_mode = force_generic_plan; prepare look as ${sql.replaceAll(/\$slonik_(\d+)/g, '$$$1')}`,
    );
    const given = values.map((value) => (value === null ? 'null' : escapeLiteral(String(value)))).join(', ');
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (analyze, format json) execute look(${given})`,
    );
    return rows[0]!['QUERY PLAN'][0]!.Plan;
  });
  expect(rowsLookedAt(plan, 'claim')).toBe(1);
  expect(rowsLookedAt(plan, 'booking')).toBeLessThan(10);
});

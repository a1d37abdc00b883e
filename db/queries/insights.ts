import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

export type InsightsFilter = {
  organizationId: string;
  meetingTypeId?: string | undefined;
  /** Days of the calendar in `timeZone`, both included: `YYYY-MM-DD`. */
  from: string;
  to: string;
  timeZone: string;
};

const dayRow = z.object({
  date: z.string(),
  views: z.number(),
  held: z.number(),
  toSign: z.number(),
  signed: z.number(),
  confirmed: z.number(),
  completed: z.number(),
  noShow: z.number(),
});

const firstSigned = sql.fragment`(select min(e.signed_at) from envelope e where e.booking_id = b.id)`;

/** The bookings of the filter whose instant of the column is in the range: by instants, so that an index finds them. */
function within({ organizationId, meetingTypeId, from, to, timeZone }: InsightsFilter, column: 'created' | 'starts') {
  const at = column === 'created' ? sql.fragment`b.created_at` : sql.fragment`b.starts_at`;
  const ofType = meetingTypeId === undefined ? sql.fragment`true` : sql.fragment`b.meeting_type_id = ${meetingTypeId}`;
  return sql.fragment`b.organization_id = ${organizationId} and ${ofType}
    and ${at} >= ${from}::date::timestamp at time zone ${timeZone}
    and ${at} < (${to}::date + 1)::timestamp at time zone ${timeZone}`;
}

/** Every day of the range, also those on which nothing happened. */
export async function readInsightDays(
  db: Queryable,
  filter: InsightsFilter,
): Promise<readonly z.infer<typeof dayRow>[]> {
  const { organizationId, meetingTypeId, from, to, timeZone } = filter;
  return db.any(sql.type(dayRow)`
    with viewed as (
      select day, sum(views)::int as views from page_view
      where organization_id = ${organizationId} and day between ${from}::date and ${to}::date
        and (${meetingTypeId ?? null}::uuid is null or meeting_type_id = ${meetingTypeId ?? null}::uuid)
      group by day
    ), asked as (
      select (b.created_at at time zone ${timeZone})::date as day, count(*)::int as held,
        count(*) filter (where b.nda_status <> 'not_required')::int as to_sign,
        count(*) filter (where b.nda_status <> 'not_required' and ${firstSigned} is not null)::int as signed,
        count(b.confirmed_at)::int as confirmed
      from booking b where ${within(filter, 'created')} and b.held_at is not null
      group by 1
    ), met as (
      select (b.starts_at at time zone ${timeZone})::date as day, count(*) filter (where b.status = 'completed')::int as completed,
        count(*) filter (where b.status = 'no_show')::int as no_show
      from booking b where ${within(filter, 'starts')} and b.status in ('completed', 'no_show')
      group by 1
    )
    select to_char(d, 'YYYY-MM-DD') as date, coalesce(views, 0) as views, coalesce(held, 0) as held, coalesce(to_sign, 0) as "toSign",
      coalesce(signed, 0) as signed, coalesce(confirmed, 0) as confirmed, coalesce(completed, 0) as completed,
      coalesce(no_show, 0) as "noShow"
    from generate_series(${from}::date, ${to}::date, '1 day') as d
    left join viewed on viewed.day = d::date left join asked on asked.day = d::date left join met on met.day = d::date
    order by d`);
}

const signingRow = z.object({
  signed: z.number(),
  medianSeconds: z.number().nullable(),
  p90Seconds: z.number().nullable(),
  counts: z.array(z.number()),
});

/** Of the bookings asked for in the range: seconds from the hold to the first signature. `counts`: how many under each bound, then the rest. */
export async function readTimeToSign(
  db: Queryable,
  filter: InsightsFilter,
  boundsSeconds: readonly number[],
): Promise<z.infer<typeof signingRow>> {
  return db.one(sql.type(signingRow)`
    with signed as (
      select extract(epoch from ${firstSigned} - b.held_at)::float8 as seconds
      from booking b where ${within(filter, 'created')} and b.held_at is not null and b.nda_status <> 'not_required'
    ), bucket as (
      select width_bucket(seconds, ${sql.array([...boundsSeconds], 'float8')}) as place, count(*)::int as count
      from signed where seconds is not null group by 1
    )
    select (select count(seconds)::int from signed) as signed,
      (select percentile_cont(0.5) within group (order by seconds) from signed) as "medianSeconds",
      (select percentile_cont(0.9) within group (order by seconds) from signed) as "p90Seconds",
      (select array_agg(coalesce(bucket.count, 0) order by p)
        from generate_series(0, ${boundsSeconds.length}::int) as p left join bucket on bucket.place = p) as counts`);
}

const totalsRow = z.object({ today: z.number(), upcoming: z.number(), waiting: z.number(), attention: z.number() });

/** `today` by the calendar of a zone. The conditions are those of the bookings' views. */
export async function readTotals(db: Queryable, organizationId: string, timeZone: string) {
  return db.one(sql.type(totalsRow)`
    with day as (select date_trunc('day', now() at time zone ${timeZone}) as start)
    select
      (select count(*)::int from booking b, day where b.organization_id = ${organizationId} and b.status in ('confirmed', 'completed', 'no_show')
        and b.starts_at >= day.start at time zone ${timeZone}
        and b.starts_at < (day.start + interval '1 day') at time zone ${timeZone}) as today,
      (select count(*)::int from booking b where b.organization_id = ${organizationId} and b.status in ('held', 'confirmed')
        and b.starts_at > now() - interval '1 day' and b.ends_at > now()) as upcoming,
      (select count(*)::int from booking b where b.organization_id = ${organizationId} and b.status in ('held', 'displaced')) as waiting,
      (select count(*)::int from booking b where b.organization_id = ${organizationId} and (b.attention is not null
        or (b.address_trouble is not null and b.status in ('held', 'confirmed', 'displaced')))) as attention`);
}

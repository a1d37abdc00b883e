import { sql } from 'slonik';
import { z } from 'zod';
import type { Database } from '#db/pool.ts';

const violation = z.object({ what: z.string(), detail: z.string() });
export type Violation = z.infer<typeof violation>;

/**
 * What is wrong with a host's bookings, claims and facts at one moment, said in SQL that knows nothing of how they came about; nothing, when
 * promise 1 holds. Claims that have run out count as long as they are live: nobody may overlap them before they are ended.
 */
export async function inconsistencies(database: Database, hostId: string): Promise<readonly Violation[]> {
  return database.any(sql.type(violation)`
    with live as (select * from claim where host_id = ${hostId} and is_live),
    mine as (select * from booking where host_id = ${hostId}),
    slot_fact as (
      select o.booking_id, o.seq, o.fact ->> 'type' as type, o.fact #>> '{data,during,from}' as "from", o.fact #>> '{data,during,to}' as "to",
        lag(o.fact ->> 'type') over (partition by o.booking_id order by o.seq) as before,
        lead(o.seq) over (partition by o.booking_id order by o.seq) is null as is_last
      from outbox o join mine b on b.id = o.booking_id where o.fact ->> 'type' in ('slot.held', 'slot.released')),
    said as (
      select b.id, b.status, b.confirmed_at, array_agg(o.fact ->> 'type') filter (where o.seq is not null) as types
      from mine b left join outbox o on o.booking_id = b.id group by b.id, b.status, b.confirmed_at)
    select 'two live claims overlap' as what, format('%s %s and %s %s', a.booking_id, a.during, b.booking_id, b.during) as detail
      from live a join live b on a.id < b.id and a.session_id <> b.session_id
        and lower(a.during) < upper(b.during) and lower(b.during) < upper(a.during)
    union all
    select 'a live claim belongs to nothing alive', format('%s is %s', b.id, b.status)
      from live c join booking b on b.id = c.booking_id where b.status not in ('held', 'confirmed')
    union all
    select 'a live booking has not exactly one live claim', format('%s is %s and has %s', b.id, b.status, count(c.id))
      from mine b left join live c on c.booking_id = b.id where b.status in ('held', 'confirmed') group by b.id, b.status having count(c.id) <> 1
    union all
    select 'a claim is not where its booking is', format('%s at %s claims %s', b.id, b.starts_at, c.during)
      from live c join booking b on b.id = c.booking_id
      where lower(c.during) <> b.starts_at - b.buffer_before_minutes * interval '1 minute'
        or upper(c.during) <> b.ends_at + b.buffer_after_minutes * interval '1 minute'
    union all
    select 'a confirmed booking can still run out', b.id::text from live c join booking b on b.id = c.booking_id
      where b.status = 'confirmed' and c.expires_at is not null
    union all
    select 'a slot was said to be held or released twice', format('%s: %s after %s', booking_id, type, coalesce(before, 'nothing'))
      from slot_fact where type = coalesce(before, 'slot.released')
    union all
    select 'the last slot fact is not the truth', format('%s: %s, but live claims: %s', f.booking_id, f.type, count(c.id))
      from slot_fact f left join live c on c.booking_id = f.booking_id where f.is_last
      group by f.booking_id, f.type having (f.type = 'slot.held') <> (count(c.id) = 1)
    union all
    select 'the last slot fact names another time', format('%s: %s–%s, claimed is %s', f.booking_id, f."from", f."to", c.during)
      from slot_fact f join live c on c.booking_id = f.booking_id
      where f.is_last and (f."from"::timestamptz <> lower(c.during) or f."to"::timestamptz <> upper(c.during))
    union all
    select 'a live booking was never said to be held', c.booking_id::text
      from live c where not exists (select from slot_fact f where f.booking_id = c.booking_id)
    union all
    select 'facts and state disagree', format('%s is %s, confirmed at %s; facts: %s', id, status, confirmed_at, types) from said
      where ('booking.canceled' = any(types)) is distinct from (status = 'canceled') and (types is not null or status = 'canceled')
        or (status = 'expired' and not 'booking.expired' = any(types))
        or (status = 'displaced' and not 'booking.displaced' = any(types))
        or (status = 'declined' and not 'nda.declined' = any(types))
        or (confirmed_at is not null and not ('booking.confirmed' = any(types) or 'booking.rescheduled' = any(types)))
        or (status in ('requested', 'refused') and types is not null)`);
}

/**
 * Days on which a meeting type has more live meetings than its limit. Left out are holds that have run out, which count
 * for nothing, and those that no rule binds: what a host moved by hand, and what a late signature brought back (promise 3).
 */
export async function brokenDailyLimits(database: Database, hostId: string): Promise<readonly Violation[]> {
  return database.any(sql.type(violation)`
    select 'a daily limit is exceeded' as what, format('%s on %s: %s of %s', t.slug, b.starts_at::date, count(*), t.limit_per_day) as detail
    from booking b join meeting_type t on t.id = b.meeting_type_id
    where b.host_id = ${hostId} and (b.status = 'confirmed' or b.status = 'held' and b.hold_expires_at > clock_timestamp())
      and not exists (select from audit_event a where a.booking_id = b.id and a.action = 'booking.rescheduled' and a.actor_type = 'host')
      and not exists (select from outbox o where o.booking_id = b.id and o.fact ->> 'type' = 'nda.signed' and (o.fact #> '{data,late}')::boolean)
    group by t.slug, t.limit_per_day, b.starts_at::date having count(*) > t.limit_per_day`);
}

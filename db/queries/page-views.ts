import { sql } from 'slonik';
import type { Queryable } from '../pool.ts';

/** Adds to the counts of today, by each host's calendar. Ids of meeting types that are gone count for nothing. */
export async function addPageViews(db: Queryable, views: ReadonlyMap<string, number>): Promise<void> {
  // In one order, so that two processes that write at once do not wait for each other in a circle.
  const entries = [...views].toSorted(([one], [other]) => (one < other ? -1 : 1));
  await db.query(sql.unsafe`
    insert into page_view (organization_id, host_id, meeting_type_id, day, views)
    select t.organization_id, t.host_id, t.id, (now() at time zone h.time_zone)::date, new.views
    from ${sql.unnest(entries, ['uuid', 'int4'])} as new (id, views)
    join meeting_type t on t.id = new.id join host h on h.id = t.host_id
    order by t.id
    on conflict (meeting_type_id, day) do update set views = page_view.views + excluded.views`);
}

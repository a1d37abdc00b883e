import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const id = z.object({ id: z.string() });

/** Holds whose time ran out a while ago and that still block: their workflow is late or gone. */
export async function overdueHolds(db: Queryable, olderThanSeconds: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select booking_id as id from claim where is_live and expires_at < now() - ${olderThanSeconds} * interval '1 second' limit 200`);
}

/**
 * Bookings with something to do that nobody seems to do: an agreement to make, a signature to collect or confirm, an envelope to void, a mail to
 * send, a meeting to complete. To be nudged without need costs a workflow one look.
 */
export async function bookingsToNudge(db: Queryable, olderThanSeconds: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select b.id from booking b where b.attention is null and b.nda_status = 'signed' and exists (
      select from envelope e where e.booking_id = b.id and e.ended_at < now() - ${olderThanSeconds} * interval '1 second')
    union
    select b.id from booking b where b.attention is null and b.nda_status = 'completed' and (b.status in ('held', 'expired') or b.move_starts_at is not null)
    union
    select b.id from booking b where b.attention is null and b.status = 'held' and b.nda_status in ('pending', 'created')
      and b.held_at < now() - ${olderThanSeconds} * interval '1 second'
    union
    select b.id from claim c join booking b on b.id = c.booking_id
      where c.is_live and c.is_move and b.attention is null and b.nda_status in ('pending', 'created')
        and c.created_at < now() - ${olderThanSeconds} * interval '1 second'
    union
    select b.id from envelope e join booking b on b.id = e.booking_id
      where e.status in ('sent', 'delivered') and b.attention is null and b.status = 'confirmed' and b.move_starts_at is null
    union
    select b.id from envelope e join booking b on b.id = e.booking_id
      where e.status in ('sent', 'delivered') and b.attention is null and b.ended_at < now() - ${olderThanSeconds} * interval '1 second'
    union
    select m.booking_id from message m join booking b on b.id = m.booking_id
      where m.status = 'requested' and b.attention is null and m.requested_at < now() - ${olderThanSeconds} * interval '1 second'
    union
    select b.id from booking b where b.status = 'confirmed' and b.ends_at < now() - ${olderThanSeconds} * interval '1 second'
    limit 200`);
}

/** The booking is over, and waits for no person either: its workflow has nothing to do. */
export const waitsForNobody = sql.fragment`attention is null and status not in ('requested', 'held', 'confirmed', 'displaced')`;

/** Bookings that ended lately and wait for nobody: their workflow has nothing to do any more. Newest first. */
export async function bookingsThatEnded(
  db: Queryable,
  { atLeastSeconds, atMostSeconds }: { atLeastSeconds: number; atMostSeconds: number },
): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select id from booking
    where ended_at < now() - ${atLeastSeconds} * interval '1 second' and ended_at > now() - ${atMostSeconds} * interval '1 second'
      and ${waitsForNobody} order by ended_at desc limit 2000`);
}

/**
 * Bookings that need a workflow: what is held or confirmed goes on by itself, in time. Ids in the order of the meetings.
 * @param olderThanSeconds of those that were made just now, the engine may not tell yet
 */
export async function bookingsUnderWay(db: Queryable, olderThanSeconds: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select id from booking where status in ('held', 'confirmed') and created_at < now() - ${olderThanSeconds} * interval '1 second'
    order by starts_at`);
}

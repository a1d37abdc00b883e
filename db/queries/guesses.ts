import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const counted = z.object({ count: z.number(), leftSeconds: z.number() });

/** Adds one to a count that begins anew when its time is over; of many at once each gets a number of its own. @param key an HMAC, no name */
export async function countGuess(
  db: Queryable,
  key: Buffer,
  windowSeconds: number,
): Promise<{ count: number; leftSeconds: number }> {
  return db.one(sql.type(counted)`
    insert into guess (key_sha256, count, ends_at) values (${sql.binary(key)}, 1, now() + ${windowSeconds} * interval '1 second')
    on conflict (key_sha256) do update set
      count = case when guess.ends_at <= now() then 1 else guess.count + 1 end,
      ends_at = case when guess.ends_at <= now() then excluded.ends_at else guess.ends_at end
    returning count, ceil(extract(epoch from ends_at - now()))::integer as "leftSeconds"`);
}

/** Takes back one that was right. */
export async function forgiveGuess(db: Queryable, key: Buffer): Promise<void> {
  await db.query(sql.unsafe`update guess set count = count - 1 where key_sha256 = ${sql.binary(key)} and count > 0`);
}

export async function dropOldGuesses(db: Queryable): Promise<void> {
  await db.query(sql.unsafe`delete from guess where ends_at < now()`);
}

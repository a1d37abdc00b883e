import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const waiting = z.object({ count: z.number(), oldestSeconds: z.number() });
const systemState = z.object({
  outbox: waiting,
  waitingMails: waiting,
  attention: z.array(z.object({ step: z.string(), count: z.number() })),
  deadLetters: z.array(z.object({ source: z.string(), count: z.number() })),
});

/** What waits, and what needs a person, over all organizations: counts and ages, nothing of anybody. */
export type SystemState = z.infer<typeof systemState>;

export async function readSystemState(db: Queryable): Promise<SystemState> {
  return db.one(sql.type(systemState)`
    select
      (select jsonb_build_object('count', count(*), 'oldestSeconds', coalesce(extract(epoch from now() - min(created_at)), 0))
        from outbox where published_at is null) as outbox,
      (select jsonb_build_object('count', count(*), 'oldestSeconds', coalesce(extract(epoch from now() - min(requested_at)), 0))
        from message where status = 'requested') as "waitingMails",
      (select coalesce(jsonb_agg(row), '[]') from (
        select attention ->> 'step' as step, count(*) from booking where attention is not null group by 1) as row) as attention,
      (select coalesce(jsonb_agg(row), '[]') from (
        select source, count(*) from dead_letter where replayed_at is null group by 1) as row) as "deadLetters"`);
}

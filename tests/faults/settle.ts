import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Progress } from '#runtime/progress.ts';
import { asHostOf } from './actors/hosts.ts';
import type { Stage } from './actors/perform.ts';

/** Time enough for every retry with its longest pause. What is not quiet after it is for the checker to say. */
const settleWithinMs = 360_000;
const everyMs = 1_500;
const retryEveryMs = 10_000;

/**
 * After everything is healed: processes are up, holds that nobody will sign run out, an operator presses "Retry" where a step needs
 * attention, and nothing is under way any more.
 */
export async function settle(stage: Stage, report: Progress): Promise<void> {
  const deadline = Date.now() + settleWithinMs;
  await untilReady(stage.baseUrl, deadline);
  let left = '';
  let pressedAt = 0;
  while (Date.now() < deadline) {
    const state = await asOwner(stage, async (client) => {
      await letTimePass(client, stage);
      return whatIsLeft(client, stage);
    });
    const now = Object.entries(state.counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
    if (now.length === 0) break;
    if (now.join(', ') !== left) report(`  left: ${(left = now.join(', '))}`);
    if (Date.now() - pressedAt > retryEveryMs) {
      pressedAt = Date.now();
      for (const { id, host } of state.stuck) await asHostOf(stage, { id, host }, 'retry');
    }
    await sleep(everyMs);
  }
}

async function untilReady(baseUrl: string, deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const answer = await fetch(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await sleep(500);
  }
}

async function asOwner<T>(stage: Stage, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: stage.system.superuserUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const hostsOf = (stage: Stage) => stage.scene.hosts.map(({ hostId }) => hostId);

async function letTimePass(client: Client, stage: Stage): Promise<void> {
  const hosts = [hostsOf(stage)];
  await client.query(
    `update booking set hold_expires_at = clock_timestamp()
     where host_id = any($1) and status = 'held' and nda_status = 'sent' and hold_expires_at > clock_timestamp()`,
    hosts,
  );
  await client.query(
    `update booking set move_expires_at = clock_timestamp()
     where host_id = any($1) and status = 'confirmed' and nda_status = 'sent' and move_expires_at > clock_timestamp()`,
    hosts,
  );
  await client.query(
    `update claim c set expires_at = case when c.is_move then b.move_expires_at else b.hold_expires_at end from booking b
     where b.id = c.booking_id and c.host_id = any($1) and c.is_live and b.nda_status = 'sent' and c.expires_at > clock_timestamp()
       and (c.is_move and b.move_expires_at <= clock_timestamp() or b.status = 'held' and b.hold_expires_at <= clock_timestamp())`,
    hosts,
  );
  await client.query(
    `update booking set created_at = created_at - interval '3 minutes'
     where host_id = any($1) and status = 'requested' and created_at > now() - interval '2 minutes'`,
    hosts,
  );
}

type Left = { counts: Record<string, number>; stuck: { id: string; host: number }[] };

async function whatIsLeft(client: Client, stage: Stage): Promise<Left> {
  const hosts = hostsOf(stage);
  const counts = await client.query<Record<string, string>>(
    `with mine as (select * from booking where host_id = any($1))
     select (select count(*) from mine where status = 'requested') as "requests nobody took",
       (select count(*) from mine where status = 'held') as "holds",
       (select count(*) from mine where move_expires_at is not null) as "moves",
       (select count(*) from mine where nda_status = 'signed' or status = 'expired' and nda_status = 'completed') as "signatures",
       (select count(*) from mine where attention is not null) as "bookings that need attention",
       (select count(*) from message m join mine b on b.id = m.booking_id where m.status = 'requested') as "mails",
       (select count(*) from outbox o join mine b on b.id = o.booking_id where o.published_at is null) as "facts",
       (select count(*) from envelope e join mine b on b.id = e.booking_id where e.status in ('sent', 'delivered')) as "envelopes"`,
    [hosts],
  );
  const stuck = await client.query<{ id: string; host_id: string }>(
    'select id, host_id from booking where host_id = any($1) and attention is not null',
    [hosts],
  );
  return {
    counts: Object.fromEntries(Object.entries(counts.rows[0] ?? {}).map(([name, count]) => [name, Number(count)])),
    stuck: stuck.rows.map(({ id, host_id }) => ({ id, host: hosts.indexOf(host_id) })),
  };
}

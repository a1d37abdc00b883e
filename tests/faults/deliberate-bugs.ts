import { Client } from 'pg';
import type { FaultSystem } from './system/fault-system.ts';

/** What would be wrong with the product if somebody took a guard away: done to the database of a running system, and only there. */
export const deliberateBugs = {
  /** Some states are told to nobody. */
  outboxSkipped: `
    create function skip_fact() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger skip_fact before insert on outbox for each row when (new.fact ->> 'type' = 'booking.confirmed') execute function skip_fact()`,
  outboxBack: 'drop trigger skip_fact on outbox',
  /** Each fact counts as published without having left. */
  publishingForgotten: `
    create function forget_fact() returns trigger language plpgsql as $$ begin new.published_at := now(); return new; end $$;
    create trigger forget_fact before insert on outbox for each row when (new.fact ->> 'type' = 'slot.held') execute function forget_fact()`,
  publishingBack: 'drop trigger forget_fact on outbox',
  /** Each mail is asked for twice, as by a repeated step: harmless as long as its key is unique. */
  mailsAskedForTwice: `
    create function ask_twice() returns trigger language plpgsql as $$ begin
      insert into message (organization_id, booking_id, message_key, kind, recipient, payload_cipher, status)
      values (new.organization_id, new.booking_id, new.message_key, new.kind, new.recipient, new.payload_cipher, new.status) on conflict do nothing;
      return null;
    end $$;
    create trigger ask_twice after insert on message for each row when (pg_trigger_depth() = 0) execute function ask_twice()`,
  dedupeRemoved: 'alter table message drop constraint message_key_once',
  /** The time to move to stays claimed when the move is made or given up. */
  moveClaimsKept: `
    create function keep_move() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger keep_move before update on claim for each row when (old.is_move and old.is_live and not new.is_live) execute function keep_move()`,
  moveClaimsBack: 'drop trigger keep_move on claim',
  /** Leaves what advises (locks, looks at free times) and takes what decides. */
  constraintDropped: 'alter table claim drop constraint claim_no_overlap',
} as const;

export async function inject(system: FaultSystem, bug: keyof typeof deliberateBugs): Promise<void> {
  const client = new Client({ connectionString: system.superuserUrl });
  await client.connect();
  try {
    await client.query(deliberateBugs[bug]);
  } finally {
    await client.end();
  }
}

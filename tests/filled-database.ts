import { Client } from 'pg';

/** The one host of a filled database that somebody can log in as. */
export type KnownHost = { organizationId: string; hostId: string; meetingTypeId: string };

export type Filling = {
  ownerUrl: string;
  known: KnownHost;
  /** All of them, the known one included; each has an organization of its own. */
  hosts: number;
  /** From which to which booking, counted over all hosts: `from` is how many an earlier filling made. */
  from?: number;
  to: number;
  /** How many the known host has from the first filling on, however many the others get; without it, as many as each of them. */
  ofKnown?: number;
};

/**
 * Fills a database as years of use would: every tenth booking of a host is to come, one a day and each with its live claim; the others are
 * over. Each has a mail that has left and a fact that is published. Written by SQL alone, so that a million take minutes.
 */
export async function fillDatabase({ ownerUrl, known, hosts, from = 0, to, ofKnown }: Filling): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await client.query(statement);
  };
  try {
    // Nobody listens to what is written here.
    await run(['set statement_timeout = 0', 'alter table claim disable trigger user']);
    if (from === 0) await run([...knownHost(known), ...otherHosts(hosts)]);
    await run(bookings(counted(hosts, from, to, ofKnown)));
    await run(['drop table filled_booking', 'alter table claim enable trigger user', 'vacuum analyze']);
  } finally {
    await client.end();
  }
}

function knownHost({ organizationId, hostId, meetingTypeId }: KnownHost): string[] {
  return [
    'create table filled_host (n integer primary key, organization_id uuid, host_id uuid, meeting_type_id uuid)',
    `insert into filled_host values (0, '${organizationId}', '${hostId}', '${meetingTypeId}')`,
  ];
}

/** Copies of nobody: an account, an organization, office hours and a meeting type each. */
function otherHosts(hosts: number): string[] {
  return [
    `create temp table filling as select n, uuidv7() as account_id, uuidv7() as organization_id, uuidv7() as host_id, uuidv7() as schedule_id,
       uuidv7() as meeting_type_id from generate_series(1, ${hosts - 1}) n`,
    `insert into organization (id, slug, name) select organization_id, 'filled-' || n, 'Organization ' || n from filling`,
    `insert into account (id, email, name) select account_id, 'host-' || n || '@example.org', 'Host ' || n from filling`,
    `insert into member (organization_id, account_id, role) select organization_id, account_id, 'OWNER' from filling`,
    `insert into host (id, organization_id, account_id, slug, display_name, time_zone)
       select host_id, organization_id, account_id, 'filled-' || n, 'Host ' || n, 'UTC' from filling`,
    `insert into schedule (id, organization_id, host_id, name, time_zone, is_default)
       select schedule_id, organization_id, host_id, 'Office', 'UTC', true from filling`,
    `insert into schedule_window (schedule_id, weekday, starts, ends)
       select schedule_id, weekday, '09:00', '17:00' from filling, unnest(array['mon', 'tue', 'wed', 'thu', 'fri']) weekday`,
    `insert into meeting_type (id, organization_id, host_id, slug, title, durations_minutes, booking_window, hold_minutes)
       select meeting_type_id, organization_id, host_id, 'coffee', 'Coffee', '{30}', '{"kind": "rolling", "days": 60}', 30 from filling`,
    `insert into filled_host select n, organization_id, host_id, meeting_type_id from filling`,
    `insert into session (account_id, organization_id, token_sha256, expires_at)
       select account_id, organization_id, sha256(host_id::text::bytea), now() + interval '60 days' from filling`,
    `insert into idempotency_key (scope, key, request_sha256)
       select 'filled', organization_id::text, 'x' from filling`,
  ];
}

/** Which host's (`n`) how manieth (`k`) booking each is. */
function counted(hosts: number, from: number, to: number, ofKnown: number | undefined): string {
  const all = `select i, i / ${hosts} as k, i % ${hosts} as n from generate_series(${from}, ${to - 1}) i`;
  if (ofKnown === undefined) return all;
  const ofOthers = `select * from (${all}) shared where n > 0`;
  return from > 0 ? ofOthers : `${ofOthers} union all select k, k, 0 from generate_series(0, ${ofKnown - 1}) k`;
}

/** `k` counts a host's own bookings: the tenth are at ten in the morning of the days to come, the others at all hours of the days before. */
function bookings(countedBookings: string): string[] {
  return [
    `create table filled_booking as
       select i, uuidv7() as id, organization_id, host_id, meeting_type_id, k % 10 = 0 as is_to_come,
         date_trunc('day', now()) + case when k % 10 = 0 then (k / 10 + 3) * interval '1 day' + interval '10 hours'
           else (k / 10 + 1) * interval '-1 day' + (k % 10) * interval '1 hour' end as starts_at
       from (${countedBookings}) counted join filled_host using (n)`,
    `insert into booking (id, organization_id, host_id, meeting_type_id, session_id, status, nda_status, starts_at, ends_at, buffer_before_minutes,
         buffer_after_minutes, hold_minutes, reschedule_cutoff_minutes, reschedule_limit, guest_time_zone, guest_locale, guest_search,
         guest_token_sha256, created_at, held_at, confirmed_at, ended_at)
       select id, organization_id, host_id, meeting_type_id, id, case when is_to_come then 'confirmed' else 'completed' end, 'not_required', starts_at,
         starts_at + interval '30 minutes', 0, 0, 30, 60, 5, 'UTC', 'en',
         array[left(md5(i::text), 16), left(md5((i % 5000)::text || 'name'), 16), left(md5((i % 300)::text || 'first'), 16)],
         sha256(id::text::bytea), starts_at - interval '30 days', starts_at - interval '30 days', starts_at - interval '30 days',
         case when is_to_come then null else starts_at + interval '30 minutes' end
       from filled_booking`,
    `insert into claim (organization_id, host_id, session_id, booking_id, during, is_live)
       select organization_id, host_id, id, id, tstzrange(starts_at, starts_at + interval '30 minutes'), is_to_come from filled_booking`,
    `insert into message (organization_id, booking_id, message_key, kind, recipient, status, requested_at, sent_at)
       select organization_id, id, id || ':booking_confirmed:-:0:guest', 'booking_confirmed', 'guest', 'sent', starts_at - interval '30 days',
         starts_at - interval '30 days' from filled_booking`,
    `insert into outbox (id, organization_id, booking_id, subject, fact, created_at, published_at)
       select uuidv7(), organization_id, id, 'booking.confirmed', '{}', starts_at - interval '30 days', starts_at - interval '30 days' from filled_booking`,
  ];
}

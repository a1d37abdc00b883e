-- The whole database as it is after all migrations: what to read first, and never run by the product (migrations/ is what runs).
-- tests/integration/schema.test.ts makes a database from this file and one from the migrations, and compares their catalogs: whoever
-- adds a migration changes this file with it.
--
--   organization ─┬─ member ── account ─┬─ session, account_token, external_identity
--                 │                     ├─ two_factor, recovery_code
--                 │                     └─ api_key
--                 ├─ invitation
--                 ├─ host ─┬─ schedule ── schedule_window, schedule_override
--                 │        └─ meeting_type ── nda_template ── nda_template_version
--                 ├─ booking ─┬─ claim (the host's time), change_request (what was asked)
--                 │           ├─ legal_hold, guest_link, object_deletion
--                 │           ├─ document ── envelope ── ceremony ── ceremony_event
--                 │           └─ outbox (facts), message (mails), webhook_receipt
--                 └─ audit_event ── audit_head, signing_key, dead_letter, idempotency_key
--
-- Instants are timestamptz; local rules are local times with the schedule's zone; durations are minutes; …_cipher is AES-256-GCM under the
-- master key (db/personal.ts). Ids are UUIDs of version 7, made here or, where a retry must find what the first try made, by the caller.
-- Every row that belongs to an organization says so, and row-level security binds host requests to theirs. Three roles: the owner migrates,
-- countersign_app is what api and worker log in as, countersign_host is what a host's request becomes for its transaction.

create extension if not exists btree_gist;
create extension if not exists citext;

-- Host requests run as this role (set local role): row-level security binds it to one organization.
do $$ begin
  if not exists (select from pg_roles where rolname = 'countersign_host') then
    create role countersign_host nologin;
  end if;
end $$;
-- Not inherited: what is said for requests of hosts binds the service only where it has become one.
grant countersign_host to countersign_app with inherit false;
grant usage on schema public to countersign_app, countersign_host;

-- ---------------------------------------------------------------------------------------------------------------------
-- Who
-- ---------------------------------------------------------------------------------------------------------------------

-- Whose everything is. The slug is unique over the installation; nothing is shared between organizations but accounts.
create table organization (
  id uuid primary key default uuidv7(),
  slug citext not null constraint organization_slug_key unique,
  name text not null,
  -- Days after the meeting until personal data and documents are deleted; null: kept.
  retention_days integer check (retention_days > 0),
  created_at timestamptz not null default now(),
  -- Where the organization is written to; null: to its longest-serving OWNER.
  contact_email citext
);

-- A person who logs in, once per e-mail address, whatever its case; may belong to several organizations.
create table account (
  id uuid primary key default uuidv7(),
  email citext not null constraint account_email_key unique,
  email_verified_at timestamptz,
  name text not null,
  locale text not null default 'en',
  -- argon2id, in PHC string format; null: only external log-in.
  password_hash text,
  created_at timestamptz not null default now()
);

-- Who belongs to which organization, and in which one of three roles; at most once each.
create table member (
  organization_id uuid not null references organization,
  account_id uuid not null references account,
  role text not null check (role in ('OWNER', 'ADMIN', 'MEMBER')),
  created_at timestamptz not null default now(),
  -- In which of several organizations somebody worked last: that is where the next log-in leads.
  last_used_at timestamptz,
  primary key (organization_id, account_id)
);
create index member_account on member (account_id);

-- Somebody is asked to join, under a role. The link's token is never stored, only its SHA-256; sending again makes a new one.
create table invitation (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  email citext not null,
  role text not null check (role in ('OWNER', 'ADMIN', 'MEMBER')),
  token_sha256 bytea not null unique,
  invited_by uuid not null references account,
  created_at timestamptz not null default now(),
  sent_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references account,
  withdrawn_at timestamptz,
  check ((accepted_at is null) = (accepted_by is null)),
  check (accepted_at is null or withdrawn_at is null)
);
create unique index invitation_one_open on invitation (organization_id, email) where accepted_at is null and withdrawn_at is null;

-- Somebody whose time can be booked. `slug` is the first part of public links, so it is unique over all organizations.
create table host (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  account_id uuid not null references account,
  slug citext not null constraint host_slug_key unique,
  display_name text not null,
  time_zone text not null,
  created_at timestamptz not null default now(),
  -- Set while the account is no member: the pages under the slug are gone, bookings stay, and the slug stays reserved, so that an old link
  -- never leads to somebody else.
  left_at timestamptz,
  unique (organization_id, account_id)
);
create index host_account on host (account_id);

-- Log-in sessions. The cookie's value is never stored, only its SHA-256.
create table session (
  id uuid primary key default uuidv7(),
  account_id uuid not null references account,
  organization_id uuid not null references organization,
  token_sha256 bytea not null unique,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  user_agent text,
  ip text
);
create index session_account on session (account_id);
create index session_expiry on session (expires_at);

-- Single-use links: verification of an address, reset of a password.
create table account_token (
  token_sha256 bytea primary key,
  account_id uuid not null references account,
  purpose text not null check (purpose in ('verify_email', 'reset_password')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index account_token_account on account_token (account_id, purpose);

-- One-time codes (TOTP, RFC 6238) as a second step of log-in. It counts once it is confirmed by a code; `last_step` is the time step of the
-- newest code that was taken: a code counts once.
create table two_factor (
  account_id uuid primary key references account,
  secret_cipher bytea not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);

-- Ways in without the device that makes the codes: 120 random bits each, of which only the SHA-256 is kept; each counts once.
create table recovery_code (
  code_sha256 bytea primary key,
  account_id uuid not null references account,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create index recovery_code_account on recovery_code (account_id);

-- Wrong passwords and codes, counted by all API processes together. What is guessed at, and from how far away, is an HMAC: names of accounts are
-- not kept. A count begins anew when its time is over.
create table guess (
  key_sha256 bytea primary key,
  count integer not null,
  ends_at timestamptz not null
);
create index guess_end on guess (ends_at);

-- Who somebody is at Google, Microsoft, GitHub or another issuer. The pair of issuer and subject is the identity; addresses change hands.
create table external_identity (
  id uuid primary key default uuidv7(),
  account_id uuid not null references account,
  provider text not null,
  issuer text not null,
  subject text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  constraint external_identity_once unique (issuer, subject)
);
create index external_identity_account on external_identity (account_id);

-- What programs log in with, as a member of an organization. The token is never stored, only its SHA-256; `hint` is its end, to tell keys apart.
create table api_key (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  account_id uuid not null references account,
  name text not null,
  token_sha256 bytea not null unique,
  hint text not null,
  scopes text[] not null check (cardinality(scopes) > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_key_organization on api_key (organization_id, created_at desc);

-- ---------------------------------------------------------------------------------------------------------------------
-- What can be booked
-- ---------------------------------------------------------------------------------------------------------------------

-- When a host can be booked, in one zone. A host has any number, and at most one default.
create table schedule (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  host_id uuid not null references host,
  name text not null,
  time_zone text not null,
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index schedule_one_default on schedule (host_id) where is_default;
create index schedule_host on schedule (host_id);

-- Weekly hours. Wall-clock times as HH:MM; 24:00 = end of day, and an end after it is on the next day (26:00 = 02:00).
create table schedule_window (
  schedule_id uuid not null references schedule on delete cascade,
  weekday text not null check (weekday in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')),
  starts text not null check (starts ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  ends text not null check (ends ~ '^([0-3][0-9]|4[0-7]):[0-5][0-9]$|^48:00$'),
  check (starts < ends),
  primary key (schedule_id, weekday, starts)
);

-- Exceptions by date: `hours` replaces the weekly windows (no windows: closed), `blackout` closes a range of dates,
-- `travel` puts the windows of a range of dates into another zone. Dates include both ends.
create table schedule_override (
  schedule_id uuid not null references schedule on delete cascade,
  kind text not null check (kind in ('hours', 'blackout', 'travel')),
  from_date date not null,
  to_date date not null,
  windows jsonb not null default '[]',
  time_zone text,
  note text,
  check (from_date <= to_date),
  check (kind <> 'hours' or from_date = to_date),
  check ((kind = 'travel') = (time_zone is not null)),
  constraint schedule_override_apart exclude using gist (schedule_id with =, kind with =, daterange(from_date, to_date, '[]') with &&)
);

-- A text to agree on, under a name; the text is in its versions.
create table nda_template (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  name text not null,
  created_at timestamptz not null default now()
);
create index nda_template_organization on nda_template (organization_id);

-- A published version is never changed: the application's role may only insert and read.
create table nda_template_version (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  template_id uuid not null references nda_template,
  version integer not null check (version > 0),
  title text not null,
  language text not null,
  source text not null,
  source_sha256 text not null,
  own_variables jsonb not null default '[]',
  email_code_required boolean not null default false,
  published_by uuid references account,
  published_at timestamptz not null default now(),
  -- Whether a moved meeting needs a new signature, under a text with the new dates.
  renew_on_reschedule boolean not null default false,
  unique (template_id, version)
);

-- What can be booked, and by which rules. Link names are unique per host among those that are not archived; an archived one stays for its
-- bookings. Without an NDA template a booking confirms at once.
create table meeting_type (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  host_id uuid not null references host,
  schedule_id uuid references schedule,
  nda_template_id uuid references nda_template,
  slug citext not null,
  title text not null,
  description text not null default '',
  location text not null default '',
  durations_minutes integer[] not null check (cardinality(durations_minutes) between 1 and 8),
  interval_minutes integer check (interval_minutes > 0),
  offset_minutes integer not null default 0 check (offset_minutes >= 0),
  buffer_before_minutes integer not null default 0 check (buffer_before_minutes >= 0),
  buffer_after_minutes integer not null default 0 check (buffer_after_minutes >= 0),
  notice_minutes integer not null default 0 check (notice_minutes >= 0),
  booking_window jsonb not null,
  limit_per_day integer check (limit_per_day > 0),
  limit_per_week integer check (limit_per_week > 0),
  limit_minutes_per_day integer check (limit_minutes_per_day > 0),
  seats_per_slot integer not null default 1 check (seats_per_slot > 0),
  hold_minutes integer not null check (hold_minutes > 0),
  reminders_minutes integer[] not null default '{}',
  reschedule_cutoff_minutes integer not null default 60 check (reschedule_cutoff_minutes >= 0),
  reschedule_limit integer not null default 5 check (reschedule_limit >= 0),
  is_active boolean not null default true,
  is_public boolean not null default true,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index meeting_type_slug_key on meeting_type (host_id, slug) where archived_at is null;
create index meeting_type_schedule on meeting_type (schedule_id) where schedule_id is not null;
create index meeting_type_organization on meeting_type (organization_id);

-- ---------------------------------------------------------------------------------------------------------------------
-- Bookings and claims
-- ---------------------------------------------------------------------------------------------------------------------

-- One row per guest and meeting. Personal columns (…_cipher) are AES-256-GCM under the master key.
-- The rules that were agreed on (durations, buffers, cut-off) are copied in, so that editing a meeting type changes no booking.
create table booking (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  host_id uuid not null references host,
  meeting_type_id uuid not null references meeting_type,
  -- Guests of one group session share it; otherwise one per booking.
  session_id uuid not null,
  status text not null check (status in
    ('requested', 'refused', 'held', 'confirmed', 'completed', 'no_show', 'canceled', 'expired', 'declined', 'released', 'displaced')),
  nda_status text not null check (nda_status in
    ('not_required', 'pending', 'created', 'sent', 'signed', 'completed', 'declined', 'voided')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  buffer_before_minutes integer not null,
  buffer_after_minutes integer not null,
  hold_minutes integer not null,
  hold_expires_at timestamptz,
  reminders_minutes integer[] not null default '{}',
  reschedule_cutoff_minutes integer not null,
  reschedule_limit integer not null,
  reschedule_count integer not null default 0,
  nda_template_version_id uuid references nda_template_version,
  guest_name_cipher bytea,
  guest_email_cipher bytea,
  guest_note_cipher bytea,
  answers_cipher bytea,
  guest_time_zone text not null,
  guest_locale text not null,
  -- Keyed hashes of the prefixes of the words in name and address: finds by word without storing one.
  guest_search text[] not null default '{}',
  -- SHA-256 of the secret link's token.
  guest_token_sha256 bytea not null unique,
  -- iCalendar SEQUENCE (RFC 5545): rises with each change that the invite must follow.
  sequence integer not null default 0,
  ended_reason_cipher bytea,
  -- A step that keeps failing: {step, reason}; the slot stays with the guest meanwhile.
  attention jsonb,
  attention_since timestamptz,
  created_at timestamptz not null default now(),
  held_at timestamptz,
  confirmed_at timestamptz,
  ended_at timestamptz,
  -- The guest's address takes no mail: which way, and since when. A corrected address, or a mail that arrives, ends it.
  address_trouble text check (address_trouble in ('failed', 'bounced', 'complained')),
  address_trouble_since timestamptz,
  -- How often the NDA was begun anew for a moved meeting; the documents of each time carry it.
  nda_round integer not null default 0,
  -- Where the meeting moves once the NDA is signed anew: claimed beside the old time until then.
  move_starts_at timestamptz,
  move_ends_at timestamptz,
  move_expires_at timestamptz,
  move_by text check (move_by in ('guest', 'host')),
  -- When the guest's data left this booking, and when its documents did too: what is left is a skeleton of states and times.
  erased_at timestamptz,
  purged_at timestamptz,
  -- The id of the master key that guest_search was made with; null: made before it was written down.
  search_key_id text,
  check (starts_at < ends_at),
  constraint booking_move_whole check (
    (move_starts_at is null) = (move_ends_at is null) and (move_starts_at is null) = (move_by is null)
    and (move_starts_at is null) = (move_expires_at is null) and (move_starts_at is null or move_starts_at < move_ends_at))
);
create index booking_unpurged on booking (organization_id, ends_at) where purged_at is null;
create index booking_host_time on booking (organization_id, host_id, starts_at, id);
create index booking_organization_time on booking (organization_id, starts_at, id);
create index booking_meeting_type on booking (meeting_type_id);
create index booking_organization_created on booking (organization_id, created_at);
create index booking_requested on booking (created_at) where status = 'requested';
create index booking_waiting on booking (organization_id, starts_at, id) where status in ('requested', 'held', 'displaced');
create index booking_live on booking (organization_id, starts_at, id) where status in ('held', 'confirmed');
create index booking_canceled on booking (organization_id, starts_at, id) where status in ('canceled', 'expired', 'declined', 'released');
create index booking_ended on booking (ended_at) where ended_at is not null;
create index booking_attention on booking (organization_id, attention_since) where attention is not null;
create index booking_address_trouble on booking (organization_id, address_trouble_since) where address_trouble is not null;
create index booking_search on booking using gin (guest_search);
create index booking_live_workflow on booking (status, id) where status in ('held', 'confirmed', 'displaced');

-- A host's time, taken by a live booking. `during` includes the buffers. The exclusion constraint is promise 1: different
-- sessions of one host never overlap while live. Guests of one session are told apart by their seat.
create table claim (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  host_id uuid not null references host,
  session_id uuid not null,
  booking_id uuid not null references booking,
  during tstzrange not null check (not isempty(during)),
  seat integer not null default 1 check (seat > 0),
  is_live boolean not null default true,
  -- Null: confirmed, or its hold is suspended; past: may be taken over by whoever claims next.
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  -- The time that a confirmed booking would move to, held until its NDA is signed anew.
  is_move boolean not null default false,
  constraint claim_no_overlap exclude using gist (host_id with =, session_id with <>, during with &&) where (is_live)
);
create unique index claim_one_per_booking on claim (host_id, booking_id, is_move) where is_live;
create unique index claim_seat on claim (host_id, session_id, seat, is_move) where is_live;
create index claim_booking on claim (booking_id);
create index claim_live_expiry on claim (expires_at) where is_live and expires_at is not null;

-- What somebody asked of a booking: its id is all that travels through the workflow engine. Decided once; the outcome stays.
create table change_request (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  kind text not null check (kind in ('cancel', 'release', 'reschedule', 'decline', 'resend', 'retry')),
  actor_type text not null check (actor_type in ('guest', 'host', 'operator', 'system')),
  actor_id text,
  ip text,
  reason_cipher bytea,
  -- For reschedule: where to. For resend: to whom.
  starts_at timestamptz,
  ends_at timestamptz,
  recipient text check (recipient in ('guest', 'host', 'both')),
  outcome jsonb,
  created_at timestamptz not null default now(),
  decided_at timestamptz
);
create index change_request_booking on change_request (booking_id, created_at);

-- ---------------------------------------------------------------------------------------------------------------------
-- The NDA
-- ---------------------------------------------------------------------------------------------------------------------

-- Bytes lie in the object store, encrypted with a key each; the key is here, wrapped by a master key.
create table document (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  kind text not null check (kind in ('agreement', 'signed', 'certificate')),
  title text not null,
  sha256 text not null check (length(sha256) = 64),
  byte_length integer not null,
  media_type text not null,
  storage_key text not null,
  wrapped_key text not null,
  key_id text not null,
  template_version_id uuid references nda_template_version,
  -- The values that the template was filled with, and the text that was shown: encrypted, as they name people.
  values_cipher bytea,
  html_cipher bytea,
  created_at timestamptz not null default now(),
  -- Which of the booking's NDAs it belongs to: 0 is the first, each renewal counts one more.
  round integer not null default 0,
  -- The bytes and the key of a removed document are gone (storage_key, wrapped_key and key_id are empty); its hash stays, so that whoever
  -- kept a copy can still prove what it is.
  removed_at timestamptz,
  -- When a provider was last asked for an envelope that is not on record yet: what a worker that died in between leaves behind is looked for.
  envelope_asked_at timestamptz,
  constraint document_one_per_kind unique (booking_id, kind, round)
);

create index document_sha256 on document (sha256);
create index document_envelope_asked on document (envelope_asked_at) where envelope_asked_at is not null;

-- A document that was sent for signature: at most one for a document, and at most one for a provider's id.
create table envelope (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  document_id uuid not null references document,
  provider text not null,
  provider_envelope_id text not null,
  status text not null check (status in ('sent', 'delivered', 'completed', 'declined', 'voided')),
  expires_at timestamptz,
  sent_at timestamptz not null default now(),
  signed_at timestamptz,
  ended_at timestamptz,
  decline_reason_cipher bytea,
  -- When the provider last answered about it, for what lost webhooks did not tell.
  asked_at timestamptz,
  -- Whom it was made out to there: the provider's page opens for this name and address, whatever was corrected since.
  signer_cipher bytea,
  -- Until then nobody asks that provider: somebody does already, or it has just failed.
  ask_after timestamptz,
  constraint envelope_provider_key unique (provider, provider_envelope_id),
  constraint envelope_one_per_document unique (document_id)
);
create index envelope_booking on envelope (booking_id);
create index envelope_open on envelope (provider, sent_at) where status in ('sent', 'delivered');

-- The built-in ceremony: what the signer did. One row per envelope of the built-in provider.
create table ceremony (
  envelope_id uuid primary key,
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  document_id uuid not null references document,
  status text not null check (status in ('sent', 'delivered', 'completed', 'declined', 'voided')),
  consented_at timestamptz,
  disclosure_version text,
  disclosure_sha256 text,
  document_sha256 text,
  mark_kind text check (mark_kind in ('drawn', 'typed', 'uploaded')),
  mark_cipher bytea,
  code_sha256 bytea,
  code_sent_at timestamptz,
  code_expires_at timestamptz,
  code_attempts integer not null default 0,
  code_verified_at timestamptz,
  signed_at timestamptz,
  ip text,
  user_agent text,
  -- Name and address of the signer as they were at the signature, whatever was corrected since.
  signer_cipher bytea,
  -- Of the whole envelope, until the host begins anew; the limit is when no code was sent, or fitted, any more.
  codes_sent integer not null default 0,
  code_wrong_tries integer not null default 0,
  code_limit_at timestamptz,
  check ((status = 'completed') = (signed_at is not null))
);

-- Each step of a ceremony in order, for the certificate that goes with the signed document.
create table ceremony_event (
  id bigint generated always as identity primary key,
  envelope_id uuid not null references ceremony,
  organization_id uuid not null references organization,
  at timestamptz not null default now(),
  what text not null,
  ip text,
  user_agent text
);
create index ceremony_event_envelope on ceremony_event (envelope_id, id);

-- The organization's signing authority: private parts encrypted under the master key. The newest row signs.
create table signing_key (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  chain_pem text not null,
  private_key_cipher bytea not null,
  created_at timestamptz not null default now(),
  not_after timestamptz not null
);
create index signing_key_organization on signing_key (organization_id, created_at desc);

-- ---------------------------------------------------------------------------------------------------------------------
-- How long it is kept
-- ---------------------------------------------------------------------------------------------------------------------

-- While one stands, nothing of the booking is deleted: neither by the retention policy nor at the guest's request.
create table legal_hold (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  reason_cipher bytea not null,
  set_by uuid not null references account,
  set_at timestamptz not null default now(),
  lifted_by uuid references account,
  lifted_at timestamptz,
  check ((lifted_by is null) = (lifted_at is null))
);
create unique index legal_hold_standing on legal_hold (booking_id) where lifted_at is null;

-- Objects whose document is gone, to be deleted from the store: written with the removal, worked off after it. Their key went with the
-- document, so they cannot be read meanwhile.
create table object_deletion (
  storage_key text primary key,
  organization_id uuid not null references organization,
  requested_at timestamptz not null default now()
);
create index object_deletion_age on object_deletion (requested_at);

-- Further secret links of a booking: one for each master key beside the one that booking.guest_token_sha256 was derived from.
create table guest_link (
  token_sha256 bytea primary key,
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  key_id text not null,
  unique (booking_id, key_id)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- What is said: facts, mails, webhooks, audit
-- ---------------------------------------------------------------------------------------------------------------------

-- Facts leave through here: written with the state, published after commit with `id` as Nats-Msg-Id.
create table outbox (
  seq bigint generated always as identity primary key,
  id uuid not null unique,
  organization_id uuid not null references organization,
  booking_id uuid not null references booking,
  subject text not null,
  fact jsonb not null,
  created_at timestamptz not null default now(),
  published_at timestamptz
);
create index outbox_unpublished on outbox (seq) where published_at is null;
create index outbox_booking_unpublished on outbox (booking_id, seq) where published_at is null;

-- Mails. `message_key` makes a second one for the same event impossible.
create table message (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  booking_id uuid references booking,
  message_key text not null constraint message_key_once unique,
  kind text not null,
  recipient text not null check (recipient in ('guest', 'host', 'account')),
  -- What the mail says beyond its booking: a one-time code, a link, the address of an account. Emptied once it has left.
  payload_cipher bytea,
  status text not null check (status in ('requested', 'sent', 'failed', 'bounced', 'complained', 'delivered', 'superseded')),
  provider text,
  provider_message_id text,
  -- The mail server's words, without the addresses in them.
  failure text,
  requested_at timestamptz not null default now(),
  sent_at timestamptz,
  -- When the last word about it came: refused, overtaken, delivered, come back.
  settled_at timestamptz
);
create index message_booking on message (booking_id, requested_at);
create index message_waiting on message (requested_at) where status = 'requested';
create index message_provider on message (provider, provider_message_id);

-- A webhook is stored once, then handed on; a row that was not handed on is found by the sweep.
create table webhook_receipt (
  id uuid primary key default uuidv7(),
  provider text not null,
  event_id text not null,
  organization_id uuid references organization,
  booking_id uuid references booking,
  event_type text not null,
  occurred_at timestamptz not null,
  detail_cipher bytea,
  received_at timestamptz not null default now(),
  handed_on_at timestamptz,
  constraint webhook_receipt_once unique (provider, event_id)
);
create index webhook_receipt_waiting on webhook_receipt (received_at) where handed_on_at is null;

-- What could not be processed, once per source and id, with the reason; whoever replays it leaves the time.
create table dead_letter (
  id uuid primary key default uuidv7(),
  organization_id uuid references organization,
  source text not null,
  source_id text,
  reason text not null,
  payload_cipher bytea,
  created_at timestamptz not null default now(),
  replayed_at timestamptz,
  constraint dead_letter_once unique (source, source_id)
);
create index dead_letter_open on dead_letter (organization_id, created_at desc);

-- Append-only and hash-chained per organization: hash = SHA-256 over the previous hash and the entry. Refers to people, never names them.
create table audit_event (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organization,
  position bigint not null,
  at timestamptz not null,
  actor_type text not null check (actor_type in ('guest', 'host', 'operator', 'system', 'provider')),
  actor_id text,
  action text not null,
  booking_id uuid,
  subject_type text,
  subject_id text,
  detail jsonb not null default '{}',
  ip text,
  previous_sha256 bytea not null,
  sha256 bytea not null,
  unique (organization_id, position)
);
create index audit_event_booking on audit_event (booking_id, position);
-- The audit log, newest first, of one person.
create index audit_event_actor on audit_event (organization_id, actor_id, position);

-- The last link of each organization's chain. Only append_audit_event writes it.
create table audit_head (
  organization_id uuid primary key references organization,
  position bigint not null,
  sha256 bytea not null
);

-- Serializes on the organization's head: call it last in a transaction, so that the lock is short and always taken in one order.
create function append_audit_event(
  p_organization_id uuid, p_at timestamptz, p_actor_type text, p_actor_id text, p_action text, p_booking_id uuid,
  p_subject_type text, p_subject_id text, p_detail jsonb, p_ip text
) returns uuid language plpgsql security definer set search_path = public as $$
declare
  head audit_head;
  entry_id uuid := uuidv7();
  entry_sha256 bytea;
begin
  select * into head from audit_head where organization_id = p_organization_id for update;
  if not found then
    insert into audit_head (organization_id, position, sha256) values (p_organization_id, 0, sha256(p_organization_id::text::bytea))
      on conflict do nothing;
    select * into head from audit_head where organization_id = p_organization_id for update;
  end if;
  entry_sha256 := audit_entry_sha256(head.sha256, entry_id, p_organization_id, head.position + 1, p_at, p_actor_type, p_actor_id, p_action,
    p_booking_id, p_subject_type, p_subject_id, p_detail, p_ip);
  insert into audit_event (id, organization_id, position, at, actor_type, actor_id, action, booking_id, subject_type, subject_id, detail, ip,
      previous_sha256, sha256)
    values (entry_id, p_organization_id, head.position + 1, p_at, p_actor_type, p_actor_id, p_action, p_booking_id, p_subject_type, p_subject_id,
      p_detail, p_ip, head.sha256, entry_sha256);
  update audit_head set position = head.position + 1, sha256 = entry_sha256 where organization_id = p_organization_id;
  return entry_id;
end $$;

-- The same text on every machine: jsonb prints its keys in one order, instants as microseconds since 1970.
create function audit_entry_sha256(
  p_previous bytea, p_id uuid, p_organization_id uuid, p_position bigint, p_at timestamptz, p_actor_type text, p_actor_id text, p_action text,
  p_booking_id uuid, p_subject_type text, p_subject_id text, p_detail jsonb, p_ip text
) returns bytea language sql immutable set search_path = public as $$
  select sha256(p_previous || convert_to(jsonb_build_array(
    p_id, p_organization_id, p_position, (extract(epoch from p_at) * 1000000)::bigint, p_actor_type, p_actor_id, p_action, p_booking_id,
    p_subject_type, p_subject_id, p_detail, p_ip)::text, 'UTF8'))
$$;

-- How often a booking page was opened: one number per meeting type and day of its host's calendar, and nothing about who looked.
create table page_view (
  organization_id uuid not null references organization,
  host_id uuid not null references host,
  meeting_type_id uuid not null references meeting_type,
  day date not null,
  views integer not null check (views > 0),
  primary key (meeting_type_id, day)
);
create index page_view_organization on page_view (organization_id, day);

-- The same key with the same request gets the same answer; with another request it is an error. Kept at least 24 hours.
-- request_sha256: a keyed hash of the request by each master key, separated by commas, so that a key may come or go meanwhile.
create table idempotency_key (
  scope text not null,
  key text not null,
  request_sha256 text not null,
  organization_id uuid references organization,
  booking_id uuid,
  response_status integer,
  response_cipher bytea,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- ---------------------------------------------------------------------------------------------------------------------
-- What is told at once: notices to every API process
-- ---------------------------------------------------------------------------------------------------------------------

-- Whatever changes what a host offers is told to every API process at commit, so that answers kept in memory are dropped. The payload is the
-- host's id; equal payloads of one transaction are sent once.
create function notify_availability() returns trigger language plpgsql as $$
declare
  changed uuid;
begin
  if tg_table_name in ('schedule_window', 'schedule_override') then
    select host_id into changed from schedule where id = coalesce(new.schedule_id, old.schedule_id);
  elsif tg_table_name = 'host' then
    changed := coalesce(new.id, old.id);
  else
    changed := coalesce(new.host_id, old.host_id);
  end if;
  if changed is not null then
    perform pg_notify('availability', changed::text);
  end if;
  return null;
end $$;

create trigger availability_changed after insert or update or delete on claim for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on schedule for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on schedule_window for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on schedule_override for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on meeting_type for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on host for each row execute function notify_availability();

-- That a guest got the time is told to every API process at commit: the one that was asked answers at once, while the workflow is still writing down
-- what it did. The payload is the booking's id, and since when and until when (-: for good) the time is the guest's, in milliseconds since 1970.
create function notify_held() returns trigger language plpgsql as $$
begin
  perform pg_notify('held', format('%s %s %s', new.id, round(extract(epoch from new.held_at) * 1000),
    coalesce(round(extract(epoch from new.hold_expires_at) * 1000)::text, '-')));
  return null;
end $$;

create trigger held after update of held_at on booking for each row when (old.held_at is null and new.held_at is not null)
  execute function notify_held();

-- The end of a session is told to every API process at commit, so that its open pages hear nothing more: logging out, being removed, another role
-- or password all end sessions. The payload is the account's id.
create function notify_access() returns trigger language plpgsql as $$
begin
  perform pg_notify('access', old.account_id::text);
  return null;
end $$;

create trigger access_ended after delete on session for each row execute function notify_access();

-- ---------------------------------------------------------------------------------------------------------------------
-- Who may do what
-- ---------------------------------------------------------------------------------------------------------------------

grant select, insert, update, delete on all tables in schema public to countersign_app;
revoke update, delete on audit_event, nda_template_version from countersign_app;
revoke delete on legal_hold from countersign_app;
revoke insert on audit_event from countersign_app;
revoke insert, update, delete on audit_head from countersign_app;

grant select, insert, update on organization, member, host, schedule, nda_template, meeting_type, booking, message, dead_letter,
  idempotency_key, change_request, legal_hold, api_key to countersign_host;
grant select, insert, update, delete on schedule_window, schedule_override to countersign_host;
grant select, insert on nda_template_version to countersign_host;
grant select on claim, document, envelope, ceremony, ceremony_event, audit_event, signing_key, account, page_view to countersign_host;
grant insert on outbox to countersign_host;
grant select, insert, update on invitation to countersign_host;
-- Host requests take members out and end their sessions; of a session they see whose it is, and nothing else.
grant delete on member, schedule to countersign_host;
grant delete on session to countersign_host;
grant select (id, account_id, organization_id) on session to countersign_host;

create function current_organization_id() returns uuid language sql stable as $$
  select nullif(current_setting('countersign.organization_id', true), '')::uuid
$$;

-- The host whose things alone a request may touch; null: every host's of the organization.
create function current_host_id() returns uuid language sql stable as $$
  select nullif(current_setting('countersign.host_id', true), '')::uuid
$$;

do $$
declare
  name text;
begin
  foreach name in array array['member', 'invitation', 'session', 'host', 'schedule', 'nda_template', 'nda_template_version', 'meeting_type', 'booking', 'claim',
      'document', 'envelope', 'ceremony', 'ceremony_event', 'signing_key', 'outbox', 'message', 'dead_letter', 'audit_event', 'idempotency_key', 'change_request',
      'legal_hold', 'object_deletion', 'guest_link', 'api_key', 'page_view'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy service on %I to countersign_app using (true) with check (true)', name);
    execute format('create policy own_organization on %I to countersign_host using (organization_id = current_organization_id())
      with check (organization_id = current_organization_id())', name);
  end loop;
end $$;

alter table organization enable row level security;
create policy service on organization to countersign_app using (true) with check (true);
create policy own_organization on organization to countersign_host using (id = current_organization_id()) with check (id = current_organization_id());

-- A MEMBER's request is bound to what is their own: these come on top of the organization's policies.
do $$
declare
  name text;
begin
  foreach name in array array['schedule', 'meeting_type', 'booking', 'claim', 'page_view'] loop
    execute format('create policy own_host on %I as restrictive to countersign_host
      using (current_host_id() is null or host_id = current_host_id()) with check (current_host_id() is null or host_id = current_host_id())', name);
  end loop;
  foreach name in array array['document', 'envelope', 'ceremony', 'change_request', 'message', 'outbox', 'audit_event', 'legal_hold', 'guest_link'] loop
    execute format('create policy own_host on %I as restrictive to countersign_host
      using (current_host_id() is null or exists (select from booking where booking.id = booking_id))
      with check (current_host_id() is null or exists (select from booking where booking.id = booking_id))', name);
  end loop;
end $$;
create policy own_host on ceremony_event as restrictive to countersign_host
  using (current_host_id() is null or exists (select from ceremony where ceremony.envelope_id = ceremony_event.envelope_id))
  with check (current_host_id() is null or exists (select from ceremony where ceremony.envelope_id = ceremony_event.envelope_id));

-- Accounts are shared between organizations: a host request sees those of its own members, and of those who were members once, as they are
-- still named in what they did.
alter table account enable row level security;
create policy service on account to countersign_app using (true) with check (true);
create policy fellow_members on account for select to countersign_host
  using (exists (select from member where member.account_id = account.id) or exists (select from host where host.account_id = account.id));

alter table schedule_window enable row level security;
alter table schedule_override enable row level security;
create policy service on schedule_window to countersign_app using (true) with check (true);
create policy service on schedule_override to countersign_app using (true) with check (true);
create policy own_organization on schedule_window to countersign_host
  using (exists (select from schedule where schedule.id = schedule_id)) with check (exists (select from schedule where schedule.id = schedule_id));
create policy own_organization on schedule_override to countersign_host
  using (exists (select from schedule where schedule.id = schedule_id)) with check (exists (select from schedule where schedule.id = schedule_id));

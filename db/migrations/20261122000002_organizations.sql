-- migrate:up

-- Where the organization is written to; null: to its longest-serving OWNER.
alter table organization add column contact_email citext;

-- In which of several organizations somebody worked last: that is where the next log-in leads.
alter table member add column last_used_at timestamptz;

-- Set while the account is no member: the pages under the slug are gone, bookings stay, and the slug stays reserved, so that an old link
-- never leads to somebody else.
alter table host add column left_at timestamptz;

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
grant select, insert, update, delete on invitation to countersign_app;
grant select, insert, update on invitation to countersign_host;
alter table invitation enable row level security;
create policy service on invitation to countersign_app using (true) with check (true);
create policy own_organization on invitation to countersign_host using (organization_id = current_organization_id())
  with check (organization_id = current_organization_id());

-- Host requests take members out and end their sessions; of a session they see whose it is, and nothing else.
grant delete on member to countersign_host;
grant delete on session to countersign_host;
grant select (id, account_id, organization_id) on session to countersign_host;
alter table session enable row level security;
create policy service on session to countersign_app using (true) with check (true);
create policy own_organization on session to countersign_host using (organization_id = current_organization_id())
  with check (organization_id = current_organization_id());

-- Those who were members once are still named in what they did.
drop policy fellow_members on account;
create policy fellow_members on account for select to countersign_host
  using (exists (select from member where member.account_id = account.id) or exists (select from host where host.account_id = account.id));

-- The host whose things alone a request may touch; null: every host's of the organization.
create function current_host_id() returns uuid language sql stable as $$
  select nullif(current_setting('countersign.host_id', true), '')::uuid
$$;

-- A MEMBER's request is bound to what is their own: these come on top of the organization's policies.
do $$
declare
  name text;
begin
  foreach name in array array['schedule', 'meeting_type', 'booking', 'claim'] loop
    execute format('create policy own_host on %I as restrictive to countersign_host
      using (current_host_id() is null or host_id = current_host_id()) with check (current_host_id() is null or host_id = current_host_id())', name);
  end loop;
  foreach name in array array['document', 'envelope', 'ceremony', 'change_request', 'message', 'outbox', 'audit_event'] loop
    execute format('create policy own_host on %I as restrictive to countersign_host
      using (current_host_id() is null or exists (select from booking where booking.id = booking_id))
      with check (current_host_id() is null or exists (select from booking where booking.id = booking_id))', name);
  end loop;
end $$;
create policy own_host on ceremony_event as restrictive to countersign_host
  using (current_host_id() is null or exists (select from ceremony where ceremony.envelope_id = ceremony_event.envelope_id))
  with check (current_host_id() is null or exists (select from ceremony where ceremony.envelope_id = ceremony_event.envelope_id));

-- The audit log, newest first, of one person.
create index audit_event_actor on audit_event (organization_id, actor_id, position);

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

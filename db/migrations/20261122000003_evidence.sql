-- migrate:up

-- When the guest's data left this booking, and when its documents did too: what is left is a skeleton of states and times.
alter table booking add column erased_at timestamptz;
alter table booking add column purged_at timestamptz;
-- The id of the master key that guest_search was made with; null: made before it was written down.
alter table booking add column search_key_id text;
create index booking_unpurged on booking (organization_id, ends_at) where purged_at is null;

-- The bytes and the key of a removed document are gone (storage_key, wrapped_key and key_id are empty); its hash stays, so that whoever
-- kept a copy can still prove what it is.
alter table document add column removed_at timestamptz;

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

grant select, insert, update, delete on legal_hold, object_deletion, guest_link to countersign_app;
revoke delete on legal_hold from countersign_app;
grant select, insert, update on legal_hold to countersign_host;

do $$
declare
  name text;
begin
  foreach name in array array['legal_hold', 'object_deletion', 'guest_link'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy service on %I to countersign_app using (true) with check (true)', name);
    execute format('create policy own_organization on %I to countersign_host using (organization_id = current_organization_id())
      with check (organization_id = current_organization_id())', name);
  end loop;
end $$;

-- migrate:down

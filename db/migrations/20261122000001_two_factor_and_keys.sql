-- migrate:up

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

grant select, insert, update, delete on two_factor, recovery_code, external_identity, api_key to countersign_app;
grant select, insert, update on api_key to countersign_host;

alter table api_key enable row level security;
create policy service on api_key to countersign_app using (true) with check (true);
create policy own_organization on api_key to countersign_host using (organization_id = current_organization_id())
  with check (organization_id = current_organization_id());

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

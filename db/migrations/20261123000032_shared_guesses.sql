-- migrate:up

-- Wrong passwords and codes, counted by all API processes together. What is guessed at, and from how far away, is an HMAC: names of accounts are
-- not kept. A count begins anew when its time is over.
create table guess (
  key_sha256 bytea primary key,
  count integer not null,
  ends_at timestamptz not null
);
create index guess_end on guess (ends_at);

grant select, insert, update, delete on guess to countersign_app;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

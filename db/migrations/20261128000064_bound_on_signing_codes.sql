-- migrate:up

-- One-time codes are bounded for the whole of an envelope: how many were sent, how many wrong ones were tried, and when that was too many.
alter table ceremony add column codes_sent integer not null default 0;
alter table ceremony add column code_wrong_tries integer not null default 0;
alter table ceremony add column code_limit_at timestamptz;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

-- migrate:up

-- The service becomes a host's request where it says so, and is none before: the rules for these (own_host) bound it too, said nothing to it,
-- and kept Postgres from looking for claims by their time, as only tests that give nothing away may come before such a rule.
grant countersign_host to countersign_app with inherit false;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

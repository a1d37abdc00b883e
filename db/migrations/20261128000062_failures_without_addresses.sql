-- migrate:up

-- Mail servers' words are kept without the addresses in them; those of before lose theirs.
update message set failure = regexp_replace(failure, '[^[:space:]<>()"'',;:]+@[^[:space:]<>()"'',;:]+', '…', 'g') where failure like '%@%';

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

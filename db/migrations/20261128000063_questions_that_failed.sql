-- migrate:up

-- A question that failed is no answer: when the provider may be asked again, while `asked_at` stays the last time that it answered.
alter table envelope add column ask_after timestamptz;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

-- migrate:up

-- When a provider was last asked for an envelope that is not on record yet: what a worker that died in between leaves behind is looked for.
alter table document add column envelope_asked_at timestamptz;
create index document_envelope_asked on document (envelope_asked_at) where envelope_asked_at is not null;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

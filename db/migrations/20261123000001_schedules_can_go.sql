-- migrate:up

-- A host deletes a schedule that is not the default one; meeting types that named it use the default one.
grant delete on schedule to countersign_host;
create index meeting_type_schedule on meeting_type (schedule_id) where schedule_id is not null;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

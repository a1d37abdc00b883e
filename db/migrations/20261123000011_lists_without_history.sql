-- migrate:up

-- What is to come, and what came to nothing, is listed without reading what has passed: both are few beside years of meetings.
create index booking_live on booking (organization_id, starts_at, id) where status in ('held', 'confirmed');
create index booking_canceled on booking (organization_id, starts_at, id) where status in ('canceled', 'expired', 'declined', 'released');

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

-- migrate:up

-- Of bookings that ended lately the sweep asks whether their workflow has ended, too.
create index booking_ended on booking (ended_at) where ended_at is not null;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

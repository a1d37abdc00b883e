-- migrate:up

-- That a guest got the time is told to every API process at commit: the one that was asked answers at once, while the workflow is still writing down
-- what it did. The payload is the booking's id, and since when and until when (-: for good) the time is the guest's, in milliseconds since 1970.
create function notify_held() returns trigger language plpgsql as $$
begin
  perform pg_notify('held', format('%s %s %s', new.id, round(extract(epoch from new.held_at) * 1000),
    coalesce(round(extract(epoch from new.hold_expires_at) * 1000)::text, '-')));
  return null;
end $$;

create trigger held after update of held_at on booking for each row when (old.held_at is null and new.held_at is not null)
  execute function notify_held();

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

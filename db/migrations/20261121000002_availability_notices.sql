-- migrate:up

-- Whatever changes what a host offers is told to every API process at commit, so that answers kept in memory are dropped. The payload is the
-- host's id; equal payloads of one transaction are sent once.
create function notify_availability() returns trigger language plpgsql as $$
declare
  changed uuid;
begin
  if tg_table_name in ('schedule_window', 'schedule_override') then
    select host_id into changed from schedule where id = coalesce(new.schedule_id, old.schedule_id);
  elsif tg_table_name = 'host' then
    changed := coalesce(new.id, old.id);
  else
    changed := coalesce(new.host_id, old.host_id);
  end if;
  if changed is not null then
    perform pg_notify('availability', changed::text);
  end if;
  return null;
end $$;

create trigger availability_changed after insert or update or delete on claim for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on schedule for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on schedule_window for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on schedule_override for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on meeting_type for each row execute function notify_availability();
create trigger availability_changed after insert or update or delete on host for each row execute function notify_availability();

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

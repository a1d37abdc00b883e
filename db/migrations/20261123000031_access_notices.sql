-- migrate:up

-- The end of a session is told to every API process at commit, so that its open pages hear nothing more: logging out, being removed, another role
-- or password all end sessions. The payload is the account's id.
create function notify_access() returns trigger language plpgsql as $$
begin
  perform pg_notify('access', old.account_id::text);
  return null;
end $$;

create trigger access_ended after delete on session for each row execute function notify_access();

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

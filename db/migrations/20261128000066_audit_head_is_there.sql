-- migrate:up

-- The head is made with an organization's first entry and is there for all others: it is looked for before it is made.
create or replace function append_audit_event(
  p_organization_id uuid, p_at timestamptz, p_actor_type text, p_actor_id text, p_action text, p_booking_id uuid,
  p_subject_type text, p_subject_id text, p_detail jsonb, p_ip text
) returns uuid language plpgsql security definer set search_path = public as $$
declare
  head audit_head;
  entry_id uuid := uuidv7();
  entry_sha256 bytea;
begin
  select * into head from audit_head where organization_id = p_organization_id for update;
  if not found then
    insert into audit_head (organization_id, position, sha256) values (p_organization_id, 0, sha256(p_organization_id::text::bytea))
      on conflict do nothing;
    select * into head from audit_head where organization_id = p_organization_id for update;
  end if;
  entry_sha256 := audit_entry_sha256(head.sha256, entry_id, p_organization_id, head.position + 1, p_at, p_actor_type, p_actor_id, p_action,
    p_booking_id, p_subject_type, p_subject_id, p_detail, p_ip);
  insert into audit_event (id, organization_id, position, at, actor_type, actor_id, action, booking_id, subject_type, subject_id, detail, ip,
      previous_sha256, sha256)
    values (entry_id, p_organization_id, head.position + 1, p_at, p_actor_type, p_actor_id, p_action, p_booking_id, p_subject_type, p_subject_id,
      p_detail, p_ip, head.sha256, entry_sha256);
  update audit_head set position = head.position + 1, sha256 = entry_sha256 where organization_id = p_organization_id;
  return entry_id;
end $$;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

-- migrate:up

-- A MEMBER's request is bound to what is their own in the tables that came after that rule, too.
create policy own_host on page_view as restrictive to countersign_host
  using (current_host_id() is null or host_id = current_host_id()) with check (current_host_id() is null or host_id = current_host_id());
create policy own_host on legal_hold as restrictive to countersign_host
  using (current_host_id() is null or exists (select from booking where booking.id = booking_id))
  with check (current_host_id() is null or exists (select from booking where booking.id = booking_id));
create policy own_host on guest_link as restrictive to countersign_host
  using (current_host_id() is null or exists (select from booking where booking.id = booking_id))
  with check (current_host_id() is null or exists (select from booking where booking.id = booking_id));

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

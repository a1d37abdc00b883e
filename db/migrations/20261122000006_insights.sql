-- migrate:up

-- How often a booking page was opened: one number per meeting type and day of its host's calendar, and nothing about who looked.
create table page_view (
  organization_id uuid not null references organization,
  host_id uuid not null references host,
  meeting_type_id uuid not null references meeting_type,
  day date not null,
  views integer not null check (views > 0),
  primary key (meeting_type_id, day)
);
create index page_view_organization on page_view (organization_id, day);
create index booking_organization_created on booking (organization_id, created_at);

grant select, insert, update, delete on page_view to countersign_app;
grant select on page_view to countersign_host;
alter table page_view enable row level security;
create policy service on page_view to countersign_app using (true) with check (true);
create policy own_organization on page_view to countersign_host using (organization_id = current_organization_id())
  with check (organization_id = current_organization_id());

-- migrate:down

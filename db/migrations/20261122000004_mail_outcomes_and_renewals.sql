-- migrate:up

-- Mails: what became of them after they left, and those whose event was overtaken before they could leave.
alter table message drop constraint message_status_check;
alter table message add constraint message_status_check
  check (status in ('requested', 'sent', 'failed', 'bounced', 'complained', 'delivered', 'superseded'));
-- When the last word about it came: refused, overtaken, delivered, come back.
alter table message add column settled_at timestamptz;

-- The guest's address takes no mail: which way, and since when. A corrected address, or a mail that arrives, ends it.
alter table booking add column address_trouble text check (address_trouble in ('failed', 'bounced', 'complained'));
alter table booking add column address_trouble_since timestamptz;
create index booking_address_trouble on booking (organization_id, address_trouble_since) where address_trouble is not null;

-- Envelopes: when their provider was last asked about them (lost webhooks), and whom the envelope was made out to there.
alter table envelope add column asked_at timestamptz;
alter table envelope add column signer_cipher bytea;

-- An NDA that is signed anew for a moved meeting: the new time is claimed beside the old one until the signature is in.
alter table nda_template_version add column renew_on_reschedule boolean not null default false;
alter table booking add column nda_round integer not null default 0;
alter table booking add column move_starts_at timestamptz;
alter table booking add column move_ends_at timestamptz;
alter table booking add column move_expires_at timestamptz;
alter table booking add column move_by text check (move_by in ('guest', 'host'));
alter table booking add constraint booking_move_whole check (
  (move_starts_at is null) = (move_ends_at is null) and (move_starts_at is null) = (move_by is null)
  and (move_starts_at is null) = (move_expires_at is null) and (move_starts_at is null or move_starts_at < move_ends_at));

alter table claim add column is_move boolean not null default false;
drop index claim_one_per_booking;
create unique index claim_one_per_booking on claim (host_id, booking_id, is_move) where is_live;
drop index claim_seat;
create unique index claim_seat on claim (host_id, session_id, seat, is_move) where is_live;

alter table document add column round integer not null default 0;
alter table document drop constraint document_one_per_kind;
alter table document add constraint document_one_per_kind unique (booking_id, kind, round);

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.

import { sql } from 'slonik';
import { z } from 'zod';
import { bookingStatuses, ndaStatuses, type BookingStatus, type NdaStatus } from '#domain/booking/states.ts';
import { bytes } from '../bytes.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import { foundBy } from './guest-search.ts';

export type BookingView = 'upcoming' | 'waiting' | 'past' | 'canceled' | 'attention' | 'all';
export type BookingFilter = {
  organizationId: string;
  hostId?: string | undefined;
  view: BookingView;
  status?: BookingStatus | undefined;
  ndaStatus?: NdaStatus | undefined;
  meetingTypeId?: string | undefined;
  q?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  after?: { startsAt: Date; id: string } | undefined;
  limit: number;
};

const summaryRow = z.object({
  id: z.string(),
  status: z.enum(bookingStatuses),
  ndaStatus: z.enum(ndaStatuses),
  startsAt: z.date(),
  endsAt: z.date(),
  holdExpiresAt: z.date().nullable(),
  createdAt: z.date(),
  guestName: bytes.nullable(),
  guestEmail: bytes.nullable(),
  guestTimeZone: z.string(),
  meetingTypeId: z.string(),
  title: z.string(),
  slug: z.string(),
  hostId: z.string(),
  displayName: z.string(),
  attention: z.object({ step: z.string(), reason: z.string() }).nullable(),
  attentionSince: z.date().nullable(),
  addressTrouble: z.enum(['failed', 'bounced', 'complained']).nullable(),
  addressTroubleSince: z.date().nullable(),
  moveStartsAt: z.date().nullable(),
  moveEndsAt: z.date().nullable(),
  moveExpiresAt: z.date().nullable(),
  moveBy: z.enum(['guest', 'host']).nullable(),
});
export type SummaryRow = Omit<z.infer<typeof summaryRow>, 'guestName' | 'guestEmail'> & {
  guestName: string;
  guestEmail: string;
};

const views: Readonly<Record<BookingView, ReturnType<typeof sql.fragment>>> = {
  upcoming: sql.fragment`b.status in ('held', 'confirmed') and b.ends_at > now()`,
  waiting: sql.fragment`(b.status in ('held', 'displaced') or (b.status = 'confirmed' and b.move_starts_at is not null))`,
  // Nothing has passed that has not begun: said again, so that what is to come is not read on the way there.
  past: sql.fragment`b.starts_at <= now() and (b.status in ('completed', 'no_show') or (b.status = 'confirmed' and b.ends_at <= now()))`,
  canceled: sql.fragment`b.status in ('canceled', 'expired', 'declined', 'released')`,
  attention: sql.fragment`(b.attention is not null or (b.address_trouble is not null and b.status in ('held', 'confirmed', 'displaced')))`,
  all: sql.fragment`b.status not in ('requested', 'refused')`,
};
/** What is to come is listed from now on, everything else from the newest back. */
const ascending = new Set<BookingView>(['upcoming', 'waiting']);

/** One page of an organization's bookings, by keyset: as fast on the last page as on the first. */
export async function listBookings(
  db: Queryable,
  cipher: PersonalCipher,
  filter: BookingFilter,
): Promise<SummaryRow[]> {
  const isAscending = ascending.has(filter.view);
  const conditions = [
    sql.fragment`b.organization_id = ${filter.organizationId}`,
    views[filter.view],
    filter.hostId && sql.fragment`b.host_id = ${filter.hostId}`,
    filter.status && sql.fragment`b.status = ${filter.status}`,
    filter.ndaStatus && sql.fragment`b.nda_status = ${filter.ndaStatus}`,
    filter.meetingTypeId && sql.fragment`b.meeting_type_id = ${filter.meetingTypeId}`,
    filter.from && sql.fragment`b.starts_at >= ${filter.from.toISOString()}`,
    filter.to && sql.fragment`b.starts_at < ${filter.to.toISOString()}`,
    filter.q?.trim() && foundBy(cipher, filter.organizationId, filter.q),
    filter.after && afterKey(filter.after, isAscending),
  ].filter((condition) => typeof condition === 'object');
  const order = isAscending ? sql.fragment`b.starts_at, b.id` : sql.fragment`b.starts_at desc, b.id desc`;
  const rows = await db.any(sql.type(summaryRow)`
    select b.id, b.status, b.nda_status as "ndaStatus", b.starts_at as "startsAt", b.ends_at as "endsAt", b.hold_expires_at as "holdExpiresAt",
      b.created_at as "createdAt", b.guest_name_cipher as "guestName", b.guest_email_cipher as "guestEmail", b.guest_time_zone as "guestTimeZone",
      t.id as "meetingTypeId", t.title, t.slug, h.id as "hostId", h.display_name as "displayName", b.attention, b.attention_since as "attentionSince",
      b.address_trouble as "addressTrouble", b.address_trouble_since as "addressTroubleSince",
      b.move_starts_at as "moveStartsAt", b.move_ends_at as "moveEndsAt", b.move_expires_at as "moveExpiresAt", b.move_by as "moveBy"
    from booking b join meeting_type t on t.id = b.meeting_type_id join host h on h.id = b.host_id
    where ${sql.join(conditions, sql.fragment` and `)}
    order by ${order} limit ${filter.limit}`);
  return rows.map((row) => ({
    ...row,
    guestName: row.guestName ? cipher.open(row.guestName, 'booking.guest_name') : '',
    guestEmail: row.guestEmail ? cipher.open(row.guestEmail, 'booking.guest_email') : '',
  }));
}

function afterKey(after: { startsAt: Date; id: string }, isAscending: boolean) {
  const key = sql.fragment`(${after.startsAt.toISOString()}::timestamptz, ${after.id}::uuid)`;
  return isAscending ? sql.fragment`(b.starts_at, b.id) > ${key}` : sql.fragment`(b.starts_at, b.id) < ${key}`;
}

/** The booking, if it is this organization's. */
export async function belongsTo(db: Queryable, organizationId: string, bookingId: string): Promise<boolean> {
  return db.exists(sql.unsafe`select from booking where id = ${bookingId} and organization_id = ${organizationId}`);
}

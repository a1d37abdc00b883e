import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import { bookingStatuses } from '#domain/booking/states.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';

/** Days after the meeting until an organization's bookings are emptied; null: kept. */
export async function retentionDaysOf(db: Queryable, organizationId: string): Promise<number | null> {
  return db.oneFirst(sql.type(z.object({ days: z.number().nullable() }))`
    select retention_days as days from organization where id = ${organizationId}`);
}

/** @returns what it was before. */
export async function setRetentionDays(
  tx: Queryable,
  organizationId: string,
  days: number | null,
): Promise<number | null> {
  return tx.oneFirst(sql.type(z.object({ before: z.number().nullable() }))`
    with earlier as (select id, retention_days from organization where id = ${organizationId} for update)
    update organization o set retention_days = ${days} from earlier where o.id = earlier.id returning earlier.retention_days as before`);
}

/** The moment that retention counts from: the end of the meeting, or of the booking when there never was to be a meeting. */
const countedFrom = sql.fragment`
  case when b.confirmed_at is null then least(b.ended_at, b.ends_at) else b.ends_at end`;

/** Over, with nothing under way: a signature that is being collected is waited for. */
const isOver = sql.fragment`b.status not in ('requested', 'held', 'confirmed') and b.nda_status <> 'signed'`;
const isUnheld = sql.fragment`not exists (select from legal_hold l where l.booking_id = b.id and l.lifted_at is null)`;
const isDueAfter = (days: ReturnType<typeof sql.fragment>) =>
  sql.fragment`b.purged_at is null and ${isOver} and ${countedFrom} < clock_timestamp() - make_interval(days => ${days})`;
const byPolicy = sql.fragment`o.retention_days`;

/** Bookings that an organization's policy says to empty now, the oldest first. */
export async function bookingsToPurge(db: Queryable, limit: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(z.object({ id: z.string() }))`
    select b.id from booking b join organization o on o.id = b.organization_id
    where o.retention_days is not null and ${isDueAfter(byPolicy)} and ${isUnheld}
    order by b.ends_at limit ${limit}`);
}

/** Asked again when the booking is locked: a hold may have been placed, or the policy changed, since it was found. */
export async function isPurgeDue(tx: Queryable, bookingId: string): Promise<boolean> {
  return tx.exists(sql.unsafe`
    select from booking b join organization o on o.id = b.organization_id
    where b.id = ${bookingId} and o.retention_days is not null and ${isDueAfter(byPolicy)} and ${isUnheld}`);
}

const previewRow = z.object({ bookings: z.number(), documents: z.number(), onHold: z.number() });
const itemRow = z.object({
  id: z.string(),
  status: z.enum(bookingStatuses),
  startsAt: z.date(),
  title: z.string(),
  documents: z.number(),
  guestName: bytes.nullable(),
});
export type PurgePreview = z.infer<typeof previewRow> & {
  items: (Omit<z.infer<typeof itemRow>, 'guestName'> & { guestName: string })[];
};

/** What the next run would empty under a policy of so many days, and how many bookings a legal hold keeps from it. */
export async function previewPurge(
  db: Queryable,
  cipher: PersonalCipher,
  organizationId: string,
  days: number,
  listed: number,
): Promise<PurgePreview> {
  const due = sql.fragment`b.organization_id = ${organizationId} and ${isDueAfter(sql.fragment`${days}`)}`;
  const documentsOf = sql.fragment`(select count(*) from document d where d.booking_id = b.id and d.removed_at is null)`;
  const counts = await db.one(sql.type(previewRow)`
    select count(*) filter (where ${isUnheld}) as bookings,
      coalesce(sum(${documentsOf}) filter (where ${isUnheld}), 0)::int as documents,
      count(*) filter (where not ${isUnheld}) as "onHold"
    from booking b where ${due}`);
  const items = await db.any(sql.type(itemRow)`
    select b.id, b.status, b.starts_at as "startsAt", t.title, ${documentsOf} as documents, b.guest_name_cipher as "guestName"
    from booking b join meeting_type t on t.id = b.meeting_type_id
    where ${due} and ${isUnheld} order by b.ends_at limit ${listed}`);
  const open = (value: Uint8Array | null) => (value ? cipher.open(value, 'booking.guest_name') : '');
  return { ...counts, items: items.map((item) => ({ ...item, guestName: open(item.guestName) })) };
}

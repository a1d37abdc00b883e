import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import { bookingWindow } from './availability.ts';

const meetingTypeRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  hostId: z.string(),
  hostSlug: z.string(),
  scheduleId: z.string().nullable(),
  ndaTemplateId: z.string().nullable(),
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  location: z.string(),
  durationsMinutes: z.array(z.number()),
  intervalMinutes: z.number().nullable(),
  offsetMinutes: z.number(),
  bufferBeforeMinutes: z.number(),
  bufferAfterMinutes: z.number(),
  noticeMinutes: z.number(),
  bookingWindow,
  limitPerDay: z.number().nullable(),
  limitPerWeek: z.number().nullable(),
  limitMinutesPerDay: z.number().nullable(),
  holdMinutes: z.number(),
  remindersMinutes: z.array(z.number()),
  rescheduleCutoffMinutes: z.number(),
  rescheduleLimit: z.number(),
  isActive: z.boolean(),
  isPublic: z.boolean(),
});
export type MeetingTypeRow = z.infer<typeof meetingTypeRow>;
export type MeetingTypeFields = Omit<MeetingTypeRow, 'id' | 'organizationId' | 'hostId' | 'hostSlug'>;

const columns = sql.fragment`t.id, t.organization_id as "organizationId", t.host_id as "hostId", h.slug as "hostSlug", t.schedule_id as "scheduleId",
  t.nda_template_id as "ndaTemplateId", t.slug, t.title, t.description, t.location, t.durations_minutes as "durationsMinutes",
  t.interval_minutes as "intervalMinutes", t.offset_minutes as "offsetMinutes", t.buffer_before_minutes as "bufferBeforeMinutes",
  t.buffer_after_minutes as "bufferAfterMinutes", t.notice_minutes as "noticeMinutes", t.booking_window as "bookingWindow",
  t.limit_per_day as "limitPerDay", t.limit_per_week as "limitPerWeek", t.limit_minutes_per_day as "limitMinutesPerDay",
  t.hold_minutes as "holdMinutes", t.reminders_minutes as "remindersMinutes", t.reschedule_cutoff_minutes as "rescheduleCutoffMinutes",
  t.reschedule_limit as "rescheduleLimit", t.is_active as "isActive", t.is_public as "isPublic"`;
const live = sql.fragment`meeting_type t join host h on h.id = t.host_id where t.archived_at is null`;

export async function meetingTypesOf(db: Queryable, hostId: string): Promise<readonly MeetingTypeRow[]> {
  return db.any(
    sql.type(meetingTypeRow)`select ${columns} from ${live} and t.host_id = ${hostId} order by t.created_at`,
  );
}

/** One of an organization's, whoever hosts it. */
export async function findMeetingType(db: Queryable, id: string): Promise<MeetingTypeRow | null> {
  return db.maybeOne(sql.type(meetingTypeRow)`select ${columns} from ${live} and t.id = ${id}`);
}

const assignments = (f: MeetingTypeFields) =>
  sql.join(
    [
      sql.fragment`${f.scheduleId}::uuid`,
      sql.fragment`${f.ndaTemplateId}::uuid`,
      sql.fragment`${f.slug}::citext`,
      sql.fragment`${f.title}`,
      sql.fragment`${f.description}`,
      sql.fragment`${f.location}`,
      sql.fragment`${sql.array([...f.durationsMinutes], 'int4')}`,
      sql.fragment`${f.intervalMinutes}::int`,
      sql.fragment`${f.offsetMinutes}::int`,
      sql.fragment`${f.bufferBeforeMinutes}::int`,
      sql.fragment`${f.bufferAfterMinutes}::int`,
      sql.fragment`${f.noticeMinutes}::int`,
      sql.fragment`${JSON.stringify(f.bookingWindow)}::jsonb`,
      sql.fragment`${f.limitPerDay}::int`,
      sql.fragment`${f.limitPerWeek}::int`,
      sql.fragment`${f.limitMinutesPerDay}::int`,
      sql.fragment`${f.holdMinutes}::int`,
      sql.fragment`${sql.array([...f.remindersMinutes], 'int4')}`,
      sql.fragment`${f.rescheduleCutoffMinutes}::int`,
      sql.fragment`${f.rescheduleLimit}::int`,
      sql.fragment`${f.isActive}::boolean`,
      sql.fragment`${f.isPublic}::boolean`,
    ],
    sql.fragment`, `,
  );
const names = sql.fragment`schedule_id, nda_template_id, slug, title, description, location, durations_minutes, interval_minutes, offset_minutes,
  buffer_before_minutes, buffer_after_minutes, notice_minutes, booking_window, limit_per_day, limit_per_week, limit_minutes_per_day, hold_minutes,
  reminders_minutes, reschedule_cutoff_minutes, reschedule_limit, is_active, is_public`;

/** @throws on a link name that the host uses already. */
export async function insertMeetingType(
  tx: Queryable,
  owner: { organizationId: string; hostId: string },
  fields: MeetingTypeFields,
): Promise<string> {
  return tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into meeting_type (organization_id, host_id, ${names}) values (${owner.organizationId}, ${owner.hostId}, ${assignments(fields)}) returning id`);
}

/** @returns whether there was one to change. */
export async function replaceMeetingType(
  tx: Queryable,
  hostId: string,
  id: string,
  fields: MeetingTypeFields,
): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    update meeting_type set (${names}) = row(${assignments(fields)}), updated_at = now() where id = ${id} and host_id = ${hostId} and archived_at is null`);
  return rowCount > 0;
}

export async function archiveMeetingType(tx: Queryable, hostId: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    update meeting_type set archived_at = now(), is_active = false where id = ${id} and host_id = ${hostId} and archived_at is null`);
  return rowCount > 0;
}

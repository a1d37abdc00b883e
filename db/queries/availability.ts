import { sql } from 'slonik';
import { z } from 'zod';
import type { Claim } from '#domain/slots/claims.ts';
import type { SlotsQuestion } from '#domain/slots/input.ts';
import type { BookingWindow, MeetingRules } from '#domain/slots/rules.ts';
import type { Schedule } from '#domain/slots/schedule.ts';
import type { Queryable } from '../pool.ts';
import type { Occupied } from './claims.ts';

/** Everything that decides what a host offers for a meeting type, read in one round trip. */
export type Availability = {
  meetingTypeId: string;
  hostId: string;
  organizationId: string;
  question: SlotsQuestion;
  offersDuration: boolean;
};

/** Which meeting type is meant: by its id, or by its public link. */
export type Which = { meetingTypeId: string } | { hostSlug: string; slug: string };

const window = z.tuple([z.string(), z.string()]);
/** How a booking window lies in `meeting_type.booking_window`. */
export const bookingWindow = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rolling'), days: z.number() }),
  z.object({ kind: z.literal('rolling_available'), days: z.number() }),
  z.object({ kind: z.literal('range'), from: z.string(), to: z.string() }),
]);
const scheduleJson = z.object({
  timeZone: z.string(),
  weekly: z.record(z.string(), z.array(window)),
  overrides: z.array(z.object({ date: z.string(), windows: z.array(window) })),
  blackouts: z.array(z.object({ from: z.string(), to: z.string(), note: z.string().nullable() })),
  travel: z.array(z.object({ from: z.string(), to: z.string(), timeZone: z.string() })),
});
export type ScheduleJson = z.infer<typeof scheduleJson>;

/** A schedule's rules as one JSON value: `schedule` is the row in scope. */
export const scheduleAsJson = sql.fragment`jsonb_build_object(
  'timeZone', schedule.time_zone,
  'weekly', coalesce((select jsonb_object_agg(weekday, windows) from (
      select weekday, jsonb_agg(jsonb_build_array(starts, ends) order by starts) as windows from schedule_window
      where schedule_id = schedule.id group by weekday) w), '{}'),
  'overrides', coalesce((select jsonb_agg(jsonb_build_object('date', from_date, 'windows', windows) order by from_date)
      from schedule_override where schedule_id = schedule.id and kind = 'hours'), '[]'),
  'blackouts', coalesce((select jsonb_agg(jsonb_build_object('from', from_date, 'to', to_date, 'note', note) order by from_date)
      from schedule_override where schedule_id = schedule.id and kind = 'blackout'), '[]'),
  'travel', coalesce((select jsonb_agg(jsonb_build_object('from', from_date, 'to', to_date, 'timeZone', time_zone) order by from_date)
      from schedule_override where schedule_id = schedule.id and kind = 'travel'), '[]'))`;

export { scheduleJson };

const availabilityRow = z.object({
  meetingTypeId: z.string(),
  hostId: z.string(),
  organizationId: z.string(),
  schedule: scheduleJson,
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
  seatsPerSlot: z.number(),
  claims: z.array(
    z.object({
      bookingId: z.string(),
      meetingTypeId: z.string(),
      sessionId: z.string(),
      startsAt: z.number(),
      endsAt: z.number(),
      before: z.number(),
      after: z.number(),
      expiresAt: z.number().nullable(),
    }),
  ),
  now: z.date(),
});

const ofBooking = sql.fragment`b.id, b.meeting_type_id, b.session_id, b.buffer_before_minutes, b.buffer_after_minutes`;
// A booking that is about to move has two claims, each at its own time. One that outlived its move (the doctor mends it) closes what it says.
const timeOfClaim = sql.fragment`case when c.is_move then coalesce(b.move_starts_at, lower(c.during)) else b.starts_at end as starts_at,
  case when c.is_move then coalesce(b.move_ends_at, upper(c.during)) else b.ends_at end as ends_at`;

// Claims this far around the range can matter: a meeting is a day long at most, its buffer another one; limits count whole ISO weeks.
const rules = sql.fragment`num_nonnulls(t.limit_per_day, t.limit_per_week, t.limit_minutes_per_day) > 0 as "haveLimits",
  t.booking_window ->> 'kind' = 'rolling_available' as "countFreeDays"`;
const margin = sql.fragment`case when rules."haveLimits" then interval '9 days' else interval '2 days' end`;
// Claims are as long as what they keep, buffers included: one meeting has only those in its way that touch what it would keep itself.
const nearby = (range: Occupied) => sql.fragment`case when rules."haveLimits" or rules."countFreeDays" then around.range
  else tstzrange(${range.from.toISOString()}::timestamptz - t.buffer_before_minutes * interval '1 minute',
    ${range.to.toISOString()}::timestamptz + t.buffer_after_minutes * interval '1 minute') end`;

/**
 * What decides the slots of a meeting type in a range. `durationMinutes`: one of the type's durations, else the first. `isOneMeeting`: the range is what
 * one meeting would occupy, and no more is asked than whether it could be there.
 * @returns null when there is no such active meeting type.
 */
export async function readAvailability(
  db: Queryable,
  which: Which,
  range: Occupied,
  options: { durationMinutes?: number; exceptBookingId?: string; isOneMeeting?: boolean } = {},
): Promise<Availability | null> {
  const row = await db.maybeOne(sql.type(availabilityRow)`
    select t.id as "meetingTypeId", t.host_id as "hostId", t.organization_id as "organizationId", t.durations_minutes as "durationsMinutes",
      t.interval_minutes as "intervalMinutes", t.offset_minutes as "offsetMinutes", t.buffer_before_minutes as "bufferBeforeMinutes",
      t.buffer_after_minutes as "bufferAfterMinutes", t.notice_minutes as "noticeMinutes", t.booking_window as "bookingWindow",
      t.limit_per_day as "limitPerDay", t.limit_per_week as "limitPerWeek", t.limit_minutes_per_day as "limitMinutesPerDay",
      t.seats_per_slot as "seatsPerSlot",
      (select ${scheduleAsJson} from schedule
        where schedule.host_id = t.host_id and (schedule.id = t.schedule_id or (t.schedule_id is null and schedule.is_default))) as schedule,
      coalesce((select json_agg(json_build_object('bookingId', id, 'meetingTypeId', meeting_type_id, 'sessionId', session_id,
          'startsAt', (extract(epoch from starts_at) * 1000)::bigint, 'endsAt', (extract(epoch from ends_at) * 1000)::bigint,
          'before', buffer_before_minutes, 'after', buffer_after_minutes, 'expiresAt', (extract(epoch from expires_at) * 1000)::bigint))
        from (
          select ${ofBooking}, ${timeOfClaim}, c.expires_at from claim c join booking b on b.id = c.booking_id
          where c.host_id = t.host_id and c.is_live and c.booking_id is distinct from ${options.exceptBookingId ?? null} and c.during && near.range
          union all
          -- A meeting that is over counts towards the limits of its day and week, and its buffer still runs.
          select ${ofBooking}, b.starts_at, b.ends_at, null from booking b
          where b.organization_id = t.organization_id and b.host_id = t.host_id and b.status in ('completed', 'no_show')
            and b.starts_at >= lower(around.range) and b.starts_at < upper(around.range)) m), '[]') as claims,
      clock_timestamp() as now
    from meeting_type t join host h on h.id = t.host_id,
      lateral (select ${rules}) rules,
      lateral (select ${margin} as margin) beyond,
      lateral (select tstzrange(
        case when rules."countFreeDays" then least(${range.from.toISOString()}::timestamptz, now())
          else ${range.from.toISOString()}::timestamptz end - beyond.margin,
        ${range.to.toISOString()}::timestamptz + beyond.margin) as range) around,
      lateral (select ${options.isOneMeeting ? nearby(range) : sql.fragment`around.range`} as range) near
    where ${isMeant(which)} and t.is_active and t.archived_at is null`);
  if (!row) return null;
  const durationMinutes = options.durationMinutes ?? row.durationsMinutes[0];
  if (durationMinutes === undefined) throw new Error(`Meeting type ${row.meetingTypeId} has no duration.`);
  return {
    meetingTypeId: row.meetingTypeId,
    hostId: row.hostId,
    organizationId: row.organizationId,
    offersDuration: row.durationsMinutes.includes(durationMinutes),
    question: {
      now: row.now.getTime(),
      meetingTypeId: row.meetingTypeId,
      hosts: [{ hostId: row.hostId, schedule: asSchedule(row.schedule), claims: row.claims.map(asClaim), busy: [] }],
      rules: asRules(row, durationMinutes),
    },
  };
}

function isMeant(which: Which) {
  if ('meetingTypeId' in which) return sql.fragment`t.id = ${which.meetingTypeId}`;
  return sql.fragment`h.slug = ${which.hostSlug} and t.slug = ${which.slug}`;
}

export function asSchedule(json: ScheduleJson): Schedule {
  const { timeZone, weekly, overrides, travel } = json;
  return { timeZone, weekly, overrides, blackouts: json.blackouts.map(({ from, to }) => ({ from, to })), travel };
}

function asRules(row: z.infer<typeof availabilityRow>, durationMinutes: number): MeetingRules {
  return {
    durationMinutes,
    ...(row.intervalMinutes === null ? {} : { intervalMinutes: row.intervalMinutes }),
    offsetMinutes: row.offsetMinutes,
    bufferBeforeMinutes: row.bufferBeforeMinutes,
    bufferAfterMinutes: row.bufferAfterMinutes,
    noticeMinutes: row.noticeMinutes,
    bookingWindow: asBookingWindow(row.bookingWindow),
    limits: {
      ...(row.limitPerDay === null ? {} : { perDay: row.limitPerDay }),
      ...(row.limitPerWeek === null ? {} : { perWeek: row.limitPerWeek }),
      ...(row.limitMinutesPerDay === null ? {} : { minutesPerDay: row.limitMinutesPerDay }),
    },
    seatsPerSlot: row.seatsPerSlot,
  };
}

function asBookingWindow(window: z.infer<typeof bookingWindow>): BookingWindow {
  if (window.kind === 'rolling') return window;
  if (window.kind === 'rolling_available') return { kind: 'rollingAvailable', days: window.days };
  return { kind: 'dates', from: window.from, to: window.to };
}

function asClaim(claim: z.infer<typeof availabilityRow>['claims'][number]): Claim {
  return {
    startsAt: claim.startsAt,
    endsAt: claim.endsAt,
    bufferBeforeMinutes: claim.before,
    bufferAfterMinutes: claim.after,
    bookingId: claim.bookingId,
    sessionId: claim.sessionId,
    meetingTypeId: claim.meetingTypeId,
    ...(claim.expiresAt === null ? {} : { expiresAt: claim.expiresAt }),
  };
}

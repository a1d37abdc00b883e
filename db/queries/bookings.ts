import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import { nextStep, type Progress, type Step } from '#domain/booking/next-step.ts';
import { bookingStatuses, ndaStatuses } from '#domain/booking/states.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import { withoutWaiting } from '../without-waiting.ts';
import { occupied, type Occupied } from './claims.ts';
import { insertGuestLinks } from './guest-access.ts';

/** A booking without what is personal in it: what rules and facts need. */
export const bookingRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  hostId: z.string(),
  meetingTypeId: z.string(),
  sessionId: z.string(),
  status: z.enum(bookingStatuses),
  ndaStatus: z.enum(ndaStatuses),
  startsAt: z.date(),
  endsAt: z.date(),
  bufferBeforeMinutes: z.number(),
  bufferAfterMinutes: z.number(),
  holdMinutes: z.number(),
  holdExpiresAt: z.date().nullable(),
  remindersMinutes: z.array(z.number()),
  rescheduleCutoffMinutes: z.number(),
  rescheduleLimit: z.number(),
  rescheduleCount: z.number(),
  ndaTemplateVersionId: z.string().nullable(),
  sequence: z.number(),
  attention: z.object({ step: z.string(), reason: z.string() }).nullable(),
  attentionSince: z.date().nullable(),
  createdAt: z.date(),
  heldAt: z.date().nullable(),
  confirmedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  addressTrouble: z.enum(['failed', 'bounced', 'complained']).nullable(),
  addressTroubleSince: z.date().nullable(),
  ndaRound: z.number(),
  moveStartsAt: z.date().nullable(),
  moveEndsAt: z.date().nullable(),
  moveExpiresAt: z.date().nullable(),
  moveBy: z.enum(['guest', 'host']).nullable(),
  /** The guest's data are gone. */
  erasedAt: z.date().nullable(),
});
export type BookingRow = z.infer<typeof bookingRow>;

export const bookingColumns = sql.fragment`
  b.id, b.organization_id as "organizationId", b.host_id as "hostId", b.meeting_type_id as "meetingTypeId", b.session_id as "sessionId",
  b.status, b.nda_status as "ndaStatus", b.starts_at as "startsAt", b.ends_at as "endsAt",
  b.buffer_before_minutes as "bufferBeforeMinutes", b.buffer_after_minutes as "bufferAfterMinutes", b.hold_minutes as "holdMinutes",
  b.hold_expires_at as "holdExpiresAt", b.reminders_minutes as "remindersMinutes",
  b.reschedule_cutoff_minutes as "rescheduleCutoffMinutes", b.reschedule_limit as "rescheduleLimit", b.reschedule_count as "rescheduleCount",
  b.nda_template_version_id as "ndaTemplateVersionId", b.sequence, b.attention, b.attention_since as "attentionSince",
  b.created_at as "createdAt", b.held_at as "heldAt", b.confirmed_at as "confirmedAt", b.ended_at as "endedAt",
  b.address_trouble as "addressTrouble", b.address_trouble_since as "addressTroubleSince", b.nda_round as "ndaRound",
  b.move_starts_at as "moveStartsAt", b.move_ends_at as "moveEndsAt", b.move_expires_at as "moveExpiresAt", b.move_by as "moveBy",
  b.erased_at as "erasedAt"`;

export async function findBooking(db: Queryable, id: string): Promise<BookingRow | null> {
  return db.maybeOne(sql.type(bookingRow)`select ${bookingColumns} from booking b where b.id = ${id}`);
}

/**
 * Locks a booking for the rest of the transaction: changes to one booking happen one after another, and its facts in that order. `now` is the
 * database's clock after the lock was got, the one clock that decides.
 */
export async function lockBooking(tx: Queryable, id: string): Promise<Locked> {
  // The clock outside of what locks: it is read when the lock was got.
  const { now, ...booking } = await tx.one(sql.type(lockedRow)`
    select locked.*, clock_timestamp() as now
    from (select ${bookingColumns} from booking b where b.id = ${id} for update) locked`);
  return { booking, now };
}

/**
 * The same with its host locked before it: claims for one host happen one after another, so that rules that count (limits per day) stay true, and a
 * crowd does not deadlock. @returns null when there is no such booking
 */
export async function lockBookingOfHost(tx: Queryable, id: string): Promise<Locked | null> {
  const row = await tx.maybeOne(sql.type(lockedRow)`
    with host as materialized (
      select pg_advisory_xact_lock(hashtextextended(host_id::text, 0)) from booking where id = ${id})
    select locked.*, clock_timestamp() as now
    from (select ${bookingColumns} from host cross join booking b where b.id = ${id} for update of b) locked`);
  if (!row) return null;
  const { now, ...booking } = row;
  return { booking, now };
}

type Locked = { booking: BookingRow; now: Date };
const lockedRow = bookingRow.extend({ now: z.date() });

export async function databaseNow(db: Queryable): Promise<Date> {
  return db.oneFirst(sql.type(z.object({ now: z.date() }))`select clock_timestamp() as now`);
}

export type NewBooking = {
  id: string;
  organizationId: string;
  hostId: string;
  meetingTypeId: string;
  startsAt: Date;
  endsAt: Date;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  holdMinutes: number;
  remindersMinutes: readonly number[];
  rescheduleCutoffMinutes: number;
  rescheduleLimit: number;
  ndaTemplateVersionId: string | null;
  guest: Omit<Guest, 'answers'>;
  answers: Readonly<Record<string, string>>;
};

/**
 * The request as a row, before any workflow knows of it; the row of an earlier try stays as it is. Where somebody else has the time already
 * nothing is written: advice, so that a crowd costs little; the claim decides.
 * It waits for no disk, as nobody is answered before a later change, which does, is committed. For use outside of transactions.
 */
export async function requestBooking(
  db: Queryable,
  cipher: PersonalCipher,
  input: NewBooking,
  tokenSha256: Buffer,
): Promise<Requested> {
  const { guest } = input;
  const during = occupied(input);
  const requested = await db.one(sql.type(requestedRow)`
    with ${withoutWaiting}, taken as (
      select lower(during) as "from", upper(during) as "to" from claim
      where host_id = ${input.hostId} and is_live and during && tstzrange(${during.from.toISOString()}, ${during.to.toISOString()})
        and (expires_at is null or expires_at > now()) and not exists (select from booking where id = ${input.id})
      limit 1),
    request as (insert into booking as b (id, organization_id, host_id, meeting_type_id, session_id, status, nda_status, starts_at, ends_at,
      buffer_before_minutes, buffer_after_minutes, hold_minutes, reminders_minutes, reschedule_cutoff_minutes, reschedule_limit,
      nda_template_version_id, guest_name_cipher, guest_email_cipher, guest_note_cipher, answers_cipher, guest_time_zone, guest_locale,
      guest_search, search_key_id, guest_token_sha256)
    select ${input.id}, ${input.organizationId}, ${input.hostId}, ${input.meetingTypeId}, ${input.id}, 'requested',
      ${input.ndaTemplateVersionId ? 'pending' : 'not_required'}, ${input.startsAt.toISOString()}, ${input.endsAt.toISOString()},
      ${input.bufferBeforeMinutes}, ${input.bufferAfterMinutes}, ${input.holdMinutes}, ${sql.array([...input.remindersMinutes], 'int4')},
      ${input.rescheduleCutoffMinutes}, ${input.rescheduleLimit}, ${input.ndaTemplateVersionId},
      ${sql.binary(cipher.seal(guest.name, 'booking.guest_name'))}, ${sql.binary(cipher.seal(guest.email, 'booking.guest_email'))},
      ${sql.binary(cipher.seal(guest.note, 'booking.guest_note'))}, ${sql.binary(cipher.seal(JSON.stringify(input.answers), 'booking.answers'))},
      ${guest.timeZone}, ${guest.locale},
      ${sql.array(cipher.searchTokens(input.organizationId, [guest.name, guest.email]), 'text')}, ${cipher.keyId},
      ${sql.binary(tokenSha256)}
    from without_waiting where not exists (select from taken)
    on conflict (id) do nothing returning ${bookingColumns})
    select taken."from", taken."to", request.* from without_waiting left join taken on true left join request on true`);
  const { from, to, ...booking } = requested;
  if (from && to) return { taken: { from, to } };
  await insertGuestLinks(db, cipher, input);
  return { taken: null, booking: booking.id === null ? null : booking };
}

export type Requested =
  /** The time that somebody else has, and that is in the way. */
  | { taken: Occupied }
  /** The row as it is now; null where an earlier try has made one. */
  | { taken: null; booking: BookingRow | null };
const inTheWay = z.object({ from: z.date().nullable(), to: z.date().nullable() });
const requestedRow = z.union([bookingRow.extend(inTheWay.shape), inTheWay.extend({ id: z.null() })]);

export const personRow = z.object({
  name: bytes.nullable(),
  email: bytes.nullable(),
  note: bytes.nullable(),
  answers: bytes.nullable(),
  timeZone: z.string(),
  locale: z.string(),
});
export const personColumns = sql.fragment`b.guest_name_cipher as name, b.guest_email_cipher as email, b.guest_note_cipher as note,
  b.answers_cipher as answers, b.guest_time_zone as "timeZone", b.guest_locale as locale`;
export type Guest = {
  name: string;
  email: string;
  note: string;
  answers: Record<string, string>;
  timeZone: string;
  locale: 'en' | 'de';
};

/** The guest's own data; after an erasure the texts are empty. */
export async function readGuest(db: Queryable, cipher: PersonalCipher, bookingId: string): Promise<Guest> {
  const row = await db.one(sql.type(personRow)`select ${personColumns} from booking b where b.id = ${bookingId}`);
  return openGuest(cipher, row);
}

export function openGuest(cipher: PersonalCipher, row: z.infer<typeof personRow>): Guest {
  const open = (value: Uint8Array | null, column: string): string =>
    value ? cipher.open(value, `booking.${column}`) : '';
  return {
    name: open(row.name, 'guest_name'),
    email: open(row.email, 'guest_email'),
    note: open(row.note, 'guest_note'),
    answers: z.record(z.string(), z.string()).parse(JSON.parse(open(row.answers, 'answers') || '{}')),
    timeZone: row.timeZone,
    locale: row.locale === 'de' ? 'de' : 'en',
  };
}

const progressRow = bookingRow.extend({
  envelopeOpen: z.boolean(),
  remindersDone: z.array(z.number()),
  movedAt: z.date().nullable(),
  pendingMessageIds: z.array(z.string()),
  now: z.date(),
});

/** What the workflow is told after each step: where the booking stands, and what comes next. Ids, states and times only. */
export type BookingProgress = {
  status: BookingRow['status'];
  ndaStatus: BookingRow['ndaStatus'];
  startsAt: string;
  attention: { step: string; reason: string } | null;
  pendingMessageIds: string[];
  next: SerializedStep;
};
export type SerializedStep = Exclude<Step, { do: 'wait' }> | { do: 'wait'; until: string };

/** @throws NotFoundError when there is no such booking. */
export async function readProgress(db: Queryable, bookingId: string): Promise<BookingProgress> {
  const row = await db.one(sql.type(progressRow)`
    select ${bookingColumns},
      exists (select from envelope e where e.booking_id = b.id and e.status in ('sent', 'delivered')) as "envelopeOpen",
      (select coalesce(array_agg(split_part(m.message_key, ':', 3)::int), '{}') from message m
        where m.booking_id = b.id and m.message_key ~ (':reminder:[0-9]+:' || b.sequence || ':guest$')) as "remindersDone",
      (select max(c.created_at) from claim c where c.booking_id = b.id and c.is_live and not c.is_move) as "movedAt",
      (select coalesce(array_agg(m.id::text order by m.requested_at), '{}') from message m
        where m.booking_id = b.id and m.status = 'requested') as "pendingMessageIds",
      clock_timestamp() as now
    from booking b where b.id = ${bookingId}`);
  return progressOf({ ...row, remindersFrom: row.movedAt ?? row.confirmedAt ?? row.createdAt }, row.now);
}

/** The same, of what is known already. */
export function progressOf(
  known: Progress & Pick<BookingProgress, 'attention' | 'pendingMessageIds'>,
  now: Date,
): BookingProgress {
  const next = nextStep(known, now);
  return {
    status: known.status,
    ndaStatus: known.ndaStatus,
    startsAt: known.startsAt.toISOString(),
    attention: known.attention,
    pendingMessageIds: known.pendingMessageIds,
    next: next.do === 'wait' ? { do: 'wait', until: next.until.toISOString() } : next,
  };
}

/** Requests that no workflow took within the time: the api died in between. */
export async function abandonedRequests(db: Queryable, olderThanSeconds: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from booking where status = 'requested' and created_at < now() - ${olderThanSeconds} * interval '1 second' order by created_at limit 200`);
}

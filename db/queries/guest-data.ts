import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import { bookingStatuses, ndaStatuses } from '#domain/booking/states.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import { foundBy } from './guest-search.ts';

const foundRow = z.object({ id: z.string(), email: bytes });

/**
 * The bookings of whoever has this address, oldest first. The index knows keyed hashes of its words; what it finds is compared in whole, in
 * any case of letters.
 */
export async function bookingsOfGuest(
  db: Queryable,
  cipher: PersonalCipher,
  organizationId: string,
  email: string,
): Promise<string[]> {
  const wanted = email.toLowerCase();
  const found = await db.any(sql.type(foundRow)`
    select id, guest_email_cipher as email from booking
    where organization_id = ${organizationId} and guest_email_cipher is not null
      and ${foundBy(cipher, organizationId, email)}
    order by starts_at, id`);
  return found
    .filter((row) => cipher.open(row.email, 'booking.guest_email').toLowerCase() === wanted)
    .map(({ id }) => id);
}

const factsRow = z.object({
  id: z.string(),
  status: z.enum(bookingStatuses),
  ndaStatus: z.enum(ndaStatuses),
  startsAt: z.date(),
  endsAt: z.date(),
  confirmedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  erasedAt: z.date().nullable(),
  purgedAt: z.date().nullable(),
  hasLegalHold: z.boolean(),
  hasSignedDocument: z.boolean(),
  retentionDays: z.number().nullable(),
});
export type PrivacyFacts = z.infer<typeof factsRow>;

/** What decides on keeping and erasing a booking. */
export async function privacyFactsOf(db: Queryable, bookingId: string): Promise<PrivacyFacts | null> {
  return db.maybeOne(sql.type(factsRow)`
    select b.id, b.status, b.nda_status as "ndaStatus", b.starts_at as "startsAt", b.ends_at as "endsAt", b.confirmed_at as "confirmedAt",
      b.ended_at as "endedAt", b.erased_at as "erasedAt", b.purged_at as "purgedAt", o.retention_days as "retentionDays",
      exists (select from legal_hold l where l.booking_id = b.id and l.lifted_at is null) as "hasLegalHold",
      exists (select from document d where d.booking_id = b.id and d.kind = 'signed' and d.removed_at is null) as "hasSignedDocument"
    from booking b join organization o on o.id = b.organization_id where b.id = ${bookingId}`);
}

const erasedRow = z.object({ bookingId: z.string(), at: z.date() });

/** Bookings that were emptied because a guest asked, oldest first: ids and moments, nothing of whose they were. */
export async function erasuresSince(db: Queryable, since: Date): Promise<readonly z.infer<typeof erasedRow>[]> {
  return db.any(sql.type(erasedRow)`
    select booking_id as "bookingId", max(at) as at from audit_event
    where action = 'booking.erased' and detail ->> 'because' = 'request' and at >= ${since.toISOString()} group by booking_id order by 2, 1`);
}

const requestRow = z.object({
  kind: z.string(),
  actorType: z.string(),
  ip: z.string().nullable(),
  reason: bytes.nullable(),
  createdAt: z.date(),
});

/** What was asked of a booking, in the words of who asked. */
export async function changeRequestsOf(db: Queryable, cipher: PersonalCipher, bookingId: string) {
  const rows = await db.any(sql.type(requestRow)`
    select kind, actor_type as "actorType", ip, reason_cipher as reason, created_at as "createdAt"
    from change_request where booking_id = ${bookingId} order by created_at`);
  return rows.map((row) => ({
    ...row,
    // Where the host acted from is not the guest's data.
    ip: row.actorType === 'guest' ? row.ip : null,
    reason: row.reason && cipher.open(row.reason, 'change_request.reason'),
  }));
}

import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';

/** Who ended or moved a booking last, in their words. */
export type ChangeWording = {
  by: 'guest' | 'host' | 'operator' | 'system' | null;
  reason: string | null;
  declineReason: string | null;
  previousStartsAt: Date | null;
  /** The time that a move which came to nothing would have led to, and why it did not. */
  moveEnded: { to: Date; why: 'expired' | 'declined' | 'released' } | null;
};

/** Of a booking that nobody has changed. */
export const noWording: ChangeWording = {
  by: null,
  reason: null,
  declineReason: null,
  previousStartsAt: null,
  moveEnded: null,
};

const row = z.object({
  by: z.enum(['guest', 'host', 'operator', 'system']).nullable(),
  reason: bytes.nullable(),
  declineReason: bytes.nullable(),
  previousStartsAt: z.date().nullable(),
  moveEnded: z.object({ to: z.coerce.date(), why: z.enum(['expired', 'declined', 'released']) }).nullable(),
});

/** What a mail about the latest change says of it. */
export async function readChangeOf(db: Queryable, cipher: PersonalCipher, bookingId: string): Promise<ChangeWording> {
  const found = await db.one(sql.type(row)`
    select c.actor_type as by, c.reason_cipher as reason,
      (select decline_reason_cipher from envelope e where e.booking_id = b.id order by sent_at desc limit 1) as "declineReason",
      (select (detail ->> 'from')::timestamptz from audit_event a
        where a.booking_id = b.id and a.action = 'booking.rescheduled' order by position desc limit 1) as "previousStartsAt",
      (select jsonb_build_object('to', detail -> 'to', 'why', detail -> 'why') from audit_event a
        where a.booking_id = b.id and a.action = 'booking.move_ended' order by position desc limit 1) as "moveEnded"
    from booking b left join lateral (
      select actor_type, reason_cipher from change_request r
      where r.booking_id = b.id and r.kind in ('cancel', 'release', 'reschedule') and r.outcome ->> 'outcome' = 'done'
      order by decided_at desc limit 1) c on true
    where b.id = ${bookingId}`);
  const open = (value: Uint8Array | null) => (value ? cipher.open(value, 'change_request.reason') : null);
  return {
    by: found.by,
    reason: open(found.reason),
    declineReason: open(found.declineReason),
    previousStartsAt: found.previousStartsAt,
    moveEnded: found.moveEnded,
  };
}

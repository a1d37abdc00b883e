import { sql } from 'slonik';
import { awaitsSignature, isMoving } from '#domain/booking/moves.ts';
import { isSigned } from '#domain/booking/states.ts';
import type { Transaction } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import type { BookingRow } from '../queries/bookings.ts';
import { openEnvelopeOf } from '../queries/envelopes.ts';
import type { FactInput } from '../queries/outbox.ts';
import { releaseClaim } from './expire.ts';
import { supersedeMails } from './mail.ts';
import { endMove } from './move.ts';
import { record } from './record.ts';
import type { ChangeOutcome } from './requests.ts';

/** The guest does not want to sign: the slot is free again, the host is told. A confirmed booking stays where it is. */
export async function declineLocked(
  tx: Transaction,
  booking: BookingRow,
  decline: { actor: Actor; reason: Uint8Array | null; at: Date },
): Promise<ChangeOutcome> {
  if (isSigned(booking.ndaStatus)) return { outcome: 'refused', code: 'already_signed' };
  const envelope = await openEnvelopeOf(tx, booking.id);
  if (!awaitsSignature(booking) || !envelope) return { outcome: 'refused', code: 'signing_not_open' };
  const reason = decline.reason ? Buffer.from(decline.reason) : null;
  await tx.query(sql.unsafe`
    update envelope set status = 'declined', ended_at = ${decline.at.toISOString()}, decline_reason_cipher = ${reason ? sql.binary(reason) : null}
    where id = ${envelope.id}`);
  await tx.query(
    sql.unsafe`update ceremony set status = 'declined' where envelope_id = ${envelope.id} and status in ('sent', 'delivered')`,
  );
  const declined: FactInput = { type: 'nda.declined', data: { envelopeId: envelope.id } };
  if (isMoving(booking)) {
    const detail = { envelopeId: envelope.id };
    await endMove(tx, booking, { why: 'declined', actor: decline.actor, at: decline.at, facts: [declined], detail });
    return { outcome: 'done' };
  }
  const released = await releaseClaim(tx, booking, 'declined');
  const overtaken = await supersedeMails(tx, { ...booking, status: 'declined', ndaStatus: 'declined' }, decline.at);
  await record(tx, booking, {
    at: decline.at,
    actor: decline.actor,
    action: 'nda.declined',
    detail: { envelopeId: envelope.id },
    state: { status: 'declined', ndaStatus: 'declined', endedAt: decline.at, reason },
    facts: [...released, declined, ...overtaken],
    mails: { kind: 'booking_declined', recipients: ['host'] },
  });
  return { outcome: 'done' };
}

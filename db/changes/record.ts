import { sql } from 'slonik';
import type { AuditAction } from '#domain/audit-actions.ts';
import type { BookingStatus, NdaStatus } from '#domain/booking/states.ts';
import type { Transaction } from '../pool.ts';
import { appendAudit, type Actor } from '../queries/audit.ts';
import type { BookingRow } from '../queries/bookings.ts';
import { addFacts, type FactInput } from '../queries/outbox.ts';

export type Change = {
  at: Date;
  actor: Actor;
  /** The audit trail's word for it, such as `booking.confirmed`. */
  action: AuditAction;
  detail?: Record<string, unknown>;
  facts: readonly FactInput[];
};

/** The end of every change: its facts into the outbox, its audit entry at the end of the chain. Last in the transaction. */
export async function record(tx: Transaction, booking: BookingRow, change: Change): Promise<void> {
  await addFacts(tx, { ...booking, bookingId: booking.id }, change.at, change.facts);
  await appendAudit(tx, {
    organizationId: booking.organizationId,
    at: change.at,
    actor: change.actor,
    action: change.action,
    bookingId: booking.id,
    detail: change.detail ?? {},
  });
}

type StateChange = {
  status?: BookingStatus;
  ndaStatus?: NdaStatus;
  holdExpiresAt?: Date | null;
  heldAt?: Date;
  confirmedAt?: Date;
  endedAt?: Date;
  reason?: Buffer | null;
  sequence?: number;
};

export async function setState(tx: Transaction, bookingId: string, change: StateChange): Promise<void> {
  const sets = [
    change.status && sql.fragment`status = ${change.status}`,
    change.ndaStatus && sql.fragment`nda_status = ${change.ndaStatus}`,
    change.holdExpiresAt !== undefined &&
      sql.fragment`hold_expires_at = ${change.holdExpiresAt?.toISOString() ?? null}`,
    change.heldAt && sql.fragment`held_at = ${change.heldAt.toISOString()}`,
    change.confirmedAt && sql.fragment`confirmed_at = ${change.confirmedAt.toISOString()}`,
    change.endedAt && sql.fragment`ended_at = ${change.endedAt.toISOString()}`,
    change.sequence !== undefined && sql.fragment`sequence = ${change.sequence}`,
    change.reason && sql.fragment`ended_reason_cipher = ${sql.binary(change.reason)}`,
  ].filter((fragment) => typeof fragment === 'object' && fragment !== null);
  await tx.query(sql.unsafe`update booking set ${sql.join(sets, sql.fragment`, `)} where id = ${bookingId}`);
}

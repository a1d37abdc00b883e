import { sql } from 'slonik';
import { z } from 'zod';
import type { AuditAction } from '#domain/audit-actions.ts';
import type { BookingStatus, NdaStatus } from '#domain/booking/states.ts';
import type { Transaction } from '../pool.ts';
import { appendOf, type Actor } from '../queries/audit.ts';
import type { BookingRow } from '../queries/bookings.ts';
import { insertOfClaim, type NewClaim } from '../queries/claims.ts';
import { insertOfMessages, messageFact, newMessages, type MessageKind, type Recipient } from '../queries/messages.ts';
import { insertOfFacts, type FactInput } from '../queries/outbox.ts';

export type Change = {
  at: Date;
  actor: Actor;
  /** The audit trail's word for it, such as `booking.confirmed`. */
  action: AuditAction;
  detail?: Record<string, unknown>;
  /** What becomes of the booking's own state. */
  state?: StateChange;
  /** Time that it takes. @throws `slot_taken` (db/errors.ts) where that is somebody else's: then nothing is written. */
  claim?: NewClaim;
  facts: readonly FactInput[];
  /** Mails that it asks for, one per recipient and event; their facts come after `facts`. The sequence is the booking's, unless it says another. */
  mails?: MailRequest;
};
type MailRequest = { kind: MessageKind; recipients: readonly Recipient[]; part?: string; sequence?: number };

/**
 * The end of every change, in one statement: the booking's state, its claim, mails that are asked for, facts into the outbox, the audit entry at the end of
 * the chain. Last in the transaction, as the chain stays locked until its commit.
 * @returns the ids of the mails that were not asked for before
 */
export async function record(tx: Transaction, booking: BookingRow, change: Change): Promise<readonly string[]> {
  const { at, facts, state, claim, mails, actor, action, detail } = change;
  const { id: bookingId, organizationId } = booking;
  const append = appendOf({ organizationId, at, actor, action, bookingId, ...(detail && { detail }) });
  const about = { ...booking, bookingId };
  const request = mails && { ...about, ...mails };
  const messages = request ? newMessages(request) : [];
  const parts = [
    state && sql.fragment`state as (${updateOf(bookingId, state)})`,
    claim && sql.fragment`claimed as (${insertOfClaim(booking, claim)})`,
    request && sql.fragment`mails as (${insertOfMessages(request, messages)})`,
    facts.length + messages.length > 0 &&
      sql.fragment`facts as (${insertOfFacts(about, at, facts, messages.map(messageFact))})`,
  ].filter((part) => typeof part === 'object');
  const before = parts.length > 0 ? sql.fragment`with ${sql.join(parts, sql.fragment`, `)}` : sql.fragment``;
  const newIds = request ? sql.fragment`array(select id::text from mails)` : sql.fragment`array[]::text[]`;
  return tx.oneFirst(sql.type(ending)`${before} select ${newIds} as "mailIds", ${append}`);
}

const ending = z.object({ mailIds: z.array(z.string()) });

export type StateChange = {
  status?: BookingStatus;
  ndaStatus?: NdaStatus;
  holdExpiresAt?: Date | null;
  heldAt?: Date;
  confirmedAt?: Date;
  endedAt?: Date | null;
  reason?: Buffer | null;
  sequence?: number;
};

export async function setState(tx: Transaction, bookingId: string, change: StateChange): Promise<void> {
  await tx.query(sql.unsafe`${updateOf(bookingId, change)}`);
}

function updateOf(bookingId: string, change: StateChange) {
  const sets = [
    change.status && sql.fragment`status = ${change.status}`,
    change.ndaStatus && sql.fragment`nda_status = ${change.ndaStatus}`,
    change.holdExpiresAt !== undefined &&
      sql.fragment`hold_expires_at = ${change.holdExpiresAt?.toISOString() ?? null}`,
    change.heldAt && sql.fragment`held_at = ${change.heldAt.toISOString()}`,
    change.confirmedAt && sql.fragment`confirmed_at = ${change.confirmedAt.toISOString()}`,
    change.endedAt !== undefined && sql.fragment`ended_at = ${change.endedAt?.toISOString() ?? null}`,
    change.sequence !== undefined && sql.fragment`sequence = ${change.sequence}`,
    change.reason && sql.fragment`ended_reason_cipher = ${sql.binary(change.reason)}`,
  ].filter((fragment) => typeof fragment === 'object' && fragment !== null);
  return sql.fragment`update booking set ${sql.join(sets, sql.fragment`, `)} where id = ${bookingId}`;
}

import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import type { Recipient } from '../queries/messages.ts';

export const changeKinds = ['cancel', 'release', 'reschedule', 'decline', 'resend', 'retry'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** What became of a request: `code` is one of the domain's refusals, or `slot_taken` and the like. */
export const changeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('done') }),
  z.object({ outcome: z.literal('refused'), code: z.string(), context: z.record(z.string(), z.unknown()).optional() }),
]);
export type ChangeOutcome = z.infer<typeof changeOutcome>;

const row = z.object({
  id: z.string(),
  bookingId: z.string(),
  kind: z.enum(changeKinds),
  actorType: z.enum(['guest', 'host', 'operator', 'system']),
  actorId: z.string().nullable(),
  ip: z.string().nullable(),
  reason: bytes.nullable(),
  startsAt: z.date().nullable(),
  endsAt: z.date().nullable(),
  recipient: z.enum(['guest', 'host', 'both']).nullable(),
  outcome: changeOutcome.nullable(),
});
export type ChangeRequest = z.infer<typeof row>;

export type NewChangeRequest = {
  /** The same id twice is the same request. */
  id: string;
  organizationId: string;
  bookingId: string;
  kind: ChangeKind;
  actor: Actor;
  reason?: string;
  to?: { startsAt: Date; endsAt: Date };
  recipient?: Recipient | 'both';
};

/** Writes down who asks for what; only the id goes through the workflow engine. */
export async function insertChangeRequest(
  db: Queryable,
  cipher: PersonalCipher,
  request: NewChangeRequest,
): Promise<void> {
  const reason = request.reason ? sql.binary(cipher.seal(request.reason, 'change_request.reason')) : null;
  await db.query(sql.unsafe`
    insert into change_request (id, organization_id, booking_id, kind, actor_type, actor_id, ip, reason_cipher, starts_at, ends_at, recipient)
    values (${request.id}, ${request.organizationId}, ${request.bookingId}, ${request.kind}, ${request.actor.type}, ${request.actor.id},
      ${request.actor.ip}, ${reason}, ${request.to?.startsAt.toISOString() ?? null}, ${request.to?.endsAt.toISOString() ?? null},
      ${request.recipient ?? null})
    on conflict do nothing`);
}

export async function lockChangeRequest(tx: Queryable, id: string): Promise<ChangeRequest | null> {
  return tx.maybeOne(sql.type(row)`
    select id, booking_id as "bookingId", kind, actor_type as "actorType", actor_id as "actorId", ip, reason_cipher as reason,
      starts_at as "startsAt", ends_at as "endsAt", recipient, outcome
    from change_request where id = ${id} for update`);
}

export async function decideChangeRequest(tx: Queryable, id: string, outcome: ChangeOutcome): Promise<void> {
  await tx.query(
    sql.unsafe`update change_request set outcome = ${JSON.stringify(outcome)}::jsonb, decided_at = clock_timestamp() where id = ${id}`,
  );
}

import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '../bytes.ts';
import type { Queryable } from '../pool.ts';

type Receipt = {
  provider: string;
  eventId: string;
  eventType: string;
  occurredAt: Date;
  organizationId: string | null;
  bookingId: string | null;
  detail: Buffer | null;
};

/** Stores a webhook once. @returns false for one that was here before. */
export async function insertReceipt(tx: Queryable, receipt: Receipt): Promise<boolean> {
  const id = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    insert into webhook_receipt (provider, event_id, event_type, occurred_at, organization_id, booking_id, detail_cipher)
    values (${receipt.provider}, ${receipt.eventId}, ${receipt.eventType}, ${receipt.occurredAt.toISOString()}, ${receipt.organizationId},
      ${receipt.bookingId}, ${receipt.detail ? sql.binary(receipt.detail) : null})
    on conflict do nothing returning id`);
  return id !== null;
}

export async function markHandedOn(tx: Queryable, provider: string, eventId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update webhook_receipt set handed_on_at = clock_timestamp() where provider = ${provider} and event_id = ${eventId}`);
}

const deadLetterRow = z.object({
  id: z.string(),
  organizationId: z.string().nullable(),
  source: z.string(),
  sourceId: z.string().nullable(),
  reason: z.string(),
  payload: bytes.nullable(),
  createdAt: z.date(),
  replayedAt: z.date().nullable(),
});
export type DeadLetterRow = z.infer<typeof deadLetterRow>;
const columns = sql.fragment`id, organization_id as "organizationId", source, source_id as "sourceId", reason, payload_cipher as payload,
  created_at as "createdAt", replayed_at as "replayedAt"`;

/** What cannot be processed, with its reason; the same thing twice is one letter. */
export async function insertDeadLetter(
  tx: Queryable,
  letter: { organizationId: string | null; source: string; sourceId: string; reason: string; payload: Buffer },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into dead_letter (organization_id, source, source_id, reason, payload_cipher)
    values (${letter.organizationId}, ${letter.source}, ${letter.sourceId}, ${letter.reason}, ${sql.binary(letter.payload)})
    on conflict (source, source_id) do update set replayed_at = null, reason = excluded.reason`);
}

/** Letters of an organization; null: those that belong to none, as nobody could tell yet whose they are. */
export async function deadLettersOf(
  db: Queryable,
  organizationId: string | null,
  limit: number,
): Promise<readonly DeadLetterRow[]> {
  return db.any(sql.type(deadLetterRow)`
    select ${columns} from dead_letter where organization_id is not distinct from ${organizationId}::uuid order by created_at desc limit ${limit}`);
}

export async function findDeadLetter(
  db: Queryable,
  organizationId: string | null,
  id: string,
): Promise<DeadLetterRow | null> {
  return db.maybeOne(sql.type(deadLetterRow)`
    select ${columns} from dead_letter where id = ${id} and organization_id is not distinct from ${organizationId}::uuid`);
}

export async function markReplayed(tx: Queryable, id: string): Promise<void> {
  await tx.query(sql.unsafe`update dead_letter set replayed_at = clock_timestamp() where id = ${id}`);
}

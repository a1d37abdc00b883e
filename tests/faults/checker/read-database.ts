import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import type { Evidence } from './evidence.ts';

type FromDatabase = Pick<
  Evidence,
  'bookings' | 'claims' | 'written' | 'messages' | 'envelopes' | 'requests' | 'documents'
>;

const instant = z.coerce.date().transform((date) => date.getTime());
const maybeInstant = z.union([z.null(), instant]);

/** The tables as they are, read past the product as a role that sees every row. */
export async function readDatabase(url: string, hostIds: readonly string[], storage: string): Promise<FromDatabase> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const rows = async <T extends z.ZodType>(row: T, sql: string): Promise<z.output<T>[]> =>
      z.array(row).parse((await client.query(sql, [hostIds])).rows);
    const mine = 'from booking b where b.host_id = any($1)';
    return {
      bookings: await rows(
        booking,
        `select id, host_id as "hostId", status, nda_status as "ndaStatus", starts_at as "startsAt", ends_at as "endsAt",
           starts_at - buffer_before_minutes * interval '1 minute' as "from", ends_at + buffer_after_minutes * interval '1 minute' as "to",
           hold_expires_at as "holdExpiresAt", attention ->> 'step' as attention,
           move_expires_at is not null as "isMoving", nda_round as "ndaRound" ${mine} order by created_at`,
      ),
      claims: await rows(
        claim,
        `select booking_id as "bookingId", host_id as "hostId", session_id as "sessionId", lower(during) as "from", upper(during) as "to",
           is_live as "isLive", expires_at as "expiresAt", is_move as "isMove" from claim where host_id = any($1)`,
      ),
      written: await rows(
        fact,
        `select o.id, o.fact ->> 'type' as type, o.booking_id as "bookingId", o.fact ->> 'hostid' as "hostId", o.fact -> 'data' as data
         from outbox o where o.booking_id in (select id ${mine}) order by o.seq`,
      ),
      messages: await rows(
        message,
        `select m.id, m.booking_id as "bookingId", m.kind, m.recipient, m.status,
           substring(m.message_key from ':resend-([0-9a-f-]{36}):') as "resentFor"
         from message m where m.booking_id in (select id ${mine})`,
      ),
      envelopes: await rows(
        envelope,
        `select id, booking_id as "bookingId", provider_envelope_id as "providerEnvelopeId", status from envelope
         where booking_id in (select id ${mine})`,
      ),
      requests: await rows(
        request,
        `select id, booking_id as "bookingId", kind, actor_type as actor, outcome ->> 'outcome' as outcome from change_request
         where booking_id in (select id ${mine})`,
      ),
      documents: (
        await rows(
          document,
          `select booking_id as "bookingId", kind, storage_key as key from document where booking_id in (select id ${mine})`,
        )
      ).map(({ bookingId, kind, key }) => ({
        bookingId,
        kind,
        isStored: existsSync(join(storage, 'objects', `${key}.bin`)),
      })),
    };
  } finally {
    await client.end();
  }
}

const booking = z.object({
  id: z.string(),
  hostId: z.string(),
  status: z.string(),
  ndaStatus: z.string(),
  startsAt: instant,
  endsAt: instant,
  from: instant,
  to: instant,
  holdExpiresAt: maybeInstant,
  attention: z.string().nullable(),
  isMoving: z.boolean(),
  ndaRound: z.number(),
});
const claim = z.object({
  bookingId: z.string(),
  hostId: z.string(),
  sessionId: z.string(),
  from: instant,
  to: instant,
  isLive: z.boolean(),
  expiresAt: maybeInstant,
  isMove: z.boolean(),
});
const fact = z.object({
  id: z.string(),
  type: z.string(),
  bookingId: z.string(),
  hostId: z.string(),
  data: z.record(z.string(), z.unknown()),
});
const message = z.object({
  id: z.string(),
  bookingId: z.string(),
  kind: z.string(),
  recipient: z.string(),
  status: z.string(),
  resentFor: z.string().nullable(),
});
const envelope = z.object({
  id: z.string(),
  bookingId: z.string(),
  providerEnvelopeId: z.string(),
  status: z.string(),
});
const request = z.object({
  id: z.string(),
  bookingId: z.string(),
  kind: z.string(),
  actor: z.string(),
  outcome: z.string().nullable(),
});
const document = z.object({ bookingId: z.string(), kind: z.string(), key: z.string() });

import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { Queryable } from '../pool.ts';

const envelopeRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  bookingId: z.string(),
  documentId: z.string(),
  provider: z.string(),
  providerEnvelopeId: z.string(),
  status: z.enum(['sent', 'delivered', 'completed', 'declined', 'voided']),
  expiresAt: z.date().nullable(),
  sentAt: z.date(),
  signedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  declineReasonCipher: bytes.nullable(),
  /** Name and address that it was made out to, as JSON; null for those of before this was kept. */
  signerCipher: bytes.nullable(),
});
export type EnvelopeRow = z.infer<typeof envelopeRow>;

const columns = sql.fragment`id, organization_id as "organizationId", booking_id as "bookingId", document_id as "documentId", provider,
  provider_envelope_id as "providerEnvelopeId", status, expires_at as "expiresAt", sent_at as "sentAt", signed_at as "signedAt",
  ended_at as "endedAt", decline_reason_cipher as "declineReasonCipher", signer_cipher as "signerCipher"`;

/** The newest envelope of a booking, whatever became of it. */
export async function envelopeOf(db: Queryable, bookingId: string): Promise<EnvelopeRow | null> {
  return db.maybeOne(
    sql.type(
      envelopeRow,
    )`select ${columns} from envelope where booking_id = ${bookingId} order by sent_at desc limit 1`,
  );
}

/** All of a booking, the oldest first: a meeting that was to move has one for each time that was to be signed for. */
export async function envelopesOf(db: Queryable, bookingId: string): Promise<readonly EnvelopeRow[]> {
  return db.any(
    sql.type(envelopeRow)`select ${columns} from envelope where booking_id = ${bookingId} order by sent_at, id`,
  );
}

/** The envelope that the booking rests on: the last that was signed, whatever was sent for a move since; else the newest. */
export async function decidingEnvelopeOf(db: Queryable, bookingId: string): Promise<EnvelopeRow | null> {
  return db.maybeOne(sql.type(envelopeRow)`
    select ${columns} from envelope where booking_id = ${bookingId} order by signed_at desc nulls last, sent_at desc limit 1`);
}

export async function openEnvelopeOf(db: Queryable, bookingId: string): Promise<EnvelopeRow | null> {
  return db.maybeOne(sql.type(envelopeRow)`
    select ${columns} from envelope where booking_id = ${bookingId} and status in ('sent', 'delivered') order by sent_at desc limit 1`);
}

/** As it is stored now: what a caller read before it had the booking's lock may be old. */
export async function isSignedEnvelope(tx: Queryable, id: string): Promise<boolean> {
  return tx.exists(sql.unsafe`select from envelope where id = ${id} and status = 'completed'`);
}

export async function envelopeOfProvider(
  db: Queryable,
  provider: string,
  providerEnvelopeId: string,
): Promise<EnvelopeRow | null> {
  return db.maybeOne(sql.type(envelopeRow)`
    select ${columns} from envelope where provider = ${provider} and provider_envelope_id = ${providerEnvelopeId}`);
}

/** Ends an envelope that is open. @returns false for one that had ended. */
export async function endEnvelope(tx: Queryable, id: string, as: 'voided' | 'declined', at: Date): Promise<boolean> {
  const ended = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    update envelope set status = ${as}, ended_at = ${at.toISOString()} where id = ${id} and status in ('sent', 'delivered') returning id`);
  return ended !== null;
}

type Asking = {
  /** The same envelope is asked about no more often than this. */
  everyMinutes: number;
  /** One whose time to sign ends so soon is asked about once before, so that a signature in time counts as in time. */
  beforeEndSeconds: number;
  /** Without an answer the provider is asked again after this, and not before: about none of its envelopes. */
  againSeconds: number;
};

const envelopeToAsk = z.object({ id: z.string(), providerEnvelopeId: z.string(), sentAt: z.date() });
export type EnvelopeToAsk = z.infer<typeof envelopeToAsk>;

/** Open envelopes whose provider should be asked about them now; nobody else asks meanwhile, also when this process dies. */
export async function takeEnvelopesToAsk(
  db: Queryable,
  provider: string,
  asking: Asking,
): Promise<readonly EnvelopeToAsk[]> {
  return db.any(sql.type(envelopeToAsk)`
    update envelope set ask_after = clock_timestamp() + ${asking.againSeconds} * interval '1 second'
    where provider = ${provider} and status in ('sent', 'delivered') and coalesce(ask_after, '-infinity') < now() and (
      coalesce(asked_at, sent_at) < now() - ${asking.everyMinutes} * interval '1 minute'
      or (asked_at is null and expires_at < now() + ${asking.beforeEndSeconds} * interval '1 second'))
      and not exists (select from envelope other where other.provider = ${provider} and other.status in ('sent', 'delivered') and other.ask_after > now())
    returning id, provider_envelope_id as "providerEnvelopeId", sent_at as "sentAt"`);
}

/** The provider has told all that there is to tell of these. */
export async function envelopesAnswered(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(sql.unsafe`
    update envelope set asked_at = clock_timestamp(), ask_after = null where id = any(${sql.array([...ids], 'uuid')})`);
}

/** The provider wants to be left alone for so long. */
export async function postponeAsking(db: Queryable, ids: readonly string[], seconds: number): Promise<void> {
  await db.query(sql.unsafe`
    update envelope set ask_after = greatest(ask_after, clock_timestamp() + ${seconds} * interval '1 second')
    where id = any(${sql.array([...ids], 'uuid')})`);
}

export async function insertEnvelope(
  tx: Queryable,
  envelope: Pick<
    EnvelopeRow,
    | 'id'
    | 'organizationId'
    | 'bookingId'
    | 'documentId'
    | 'provider'
    | 'providerEnvelopeId'
    | 'expiresAt'
    | 'signerCipher'
  >,
): Promise<boolean> {
  const id = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    insert into envelope (id, organization_id, booking_id, document_id, provider, provider_envelope_id, status, expires_at, signer_cipher)
    values (${envelope.id}, ${envelope.organizationId}, ${envelope.bookingId}, ${envelope.documentId}, ${envelope.provider},
      ${envelope.providerEnvelopeId}, 'sent', ${envelope.expiresAt?.toISOString() ?? null},
      ${envelope.signerCipher ? sql.binary(Buffer.from(envelope.signerCipher)) : null})
    on conflict do nothing returning id`);
  return id !== null;
}

const askedFor = z.object({ documentId: z.string(), bookingId: z.string(), round: z.number() });
export type EnvelopeAskedFor = z.infer<typeof askedFor>;

/** The provider is about to be asked for this document's envelope. */
export async function envelopeAsked(db: Queryable, documentId: string): Promise<void> {
  await db.query(sql.unsafe`update document set envelope_asked_at = clock_timestamp() where id = ${documentId}`);
}

/** It is on record, or there is none. */
export async function forgetEnvelopeAsked(db: Queryable, documentId: string): Promise<void> {
  await db.query(sql.unsafe`
    update document set envelope_asked_at = null where id = ${documentId} and envelope_asked_at is not null`);
}

/** Documents whose envelope was asked for so long ago, and is not on record: marked as asked for now, so that two sweeps do not both look. */
export async function takeEnvelopesAskedFor(
  db: Queryable,
  olderThanMinutes: number,
): Promise<readonly EnvelopeAskedFor[]> {
  return db.any(sql.type(askedFor)`
    update document set envelope_asked_at = clock_timestamp() where id in (
      select id from document where envelope_asked_at < now() - ${olderThanMinutes} * interval '1 minute'
      order by envelope_asked_at limit 40 for update skip locked)
    returning id as "documentId", booking_id as "bookingId", round`);
}

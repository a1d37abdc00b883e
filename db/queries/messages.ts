import { randomUUIDv7 } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import { bookingMailKinds, mailStatuses } from '#domain/booking/mails.ts';
import { fewOf, fewRows } from '../few.ts';
import type { Queryable } from '../pool.ts';
import type { FactInput } from './outbox.ts';

const accountMailKinds = [
  'verify_email',
  'reset_password',
  'security_notice',
  'invitation',
  'role_changed',
  'membership_ended',
] as const;
export const messageKinds = [...bookingMailKinds, ...accountMailKinds] as const;
/** What changed about the ways into an account. */
export const securityChanges = [
  'password_changed',
  'two_factor_on',
  'two_factor_off',
  'recovery_codes_renewed',
  'api_key_created',
  'log_in_linked',
  'log_in_unlinked',
] as const;
export type SecurityChange = (typeof securityChanges)[number];
export type MessageKind = (typeof messageKinds)[number];
/** Mails that are about no booking. */
export type AccountMessageKind = (typeof accountMailKinds)[number];
export type Recipient = 'guest' | 'host';

type Request = {
  organizationId: string;
  bookingId: string;
  sequence: number;
  kind: MessageKind;
  recipients: readonly Recipient[];
  part?: string;
  payload?: Buffer;
};

/** A mail to be asked for, one per recipient and event: the key makes a second one for the same event impossible. */
export type NewMessage = { id: string; messageKey: string; kind: MessageKind; recipient: Recipient };

export function newMessages({ bookingId, sequence, kind, recipients, part = '-' }: Request): NewMessage[] {
  // Ascending also within a millisecond: lists go by ids where mails were asked for at the same moment.
  const ids = recipients.map(() => randomUUIDv7()).sort();
  return recipients.map((recipient, index) => ({
    id: ids[index]!,
    messageKey: [bookingId, kind, part, sequence, recipient].join(':'),
    kind,
    recipient,
  }));
}

/** Writes them as a part of a statement; returns the ids of those that were not asked for before. */
export function insertOfMessages(request: Request, messages: readonly NewMessage[]) {
  const { organizationId, bookingId, kind, payload } = request;
  const rows = messages.map(({ id, messageKey, recipient }) => [id, messageKey, recipient]);
  return sql.fragment`
    insert into message (id, organization_id, booking_id, message_key, kind, recipient, payload_cipher, status)
    select asked.id, ${organizationId}, ${bookingId}, asked.key, ${kind}, asked.recipient, ${payload ? sql.binary(payload) : null}, 'requested'
    from ${sql.unnest(rows, ['uuid', 'text', 'text'])} as asked (id, key, recipient)
    on conflict do nothing returning id`;
}

/** The fact that tells of it. */
export const messageFact = ({ id, recipient, kind }: NewMessage): FactInput => ({
  type: 'notify.email.requested',
  data: { messageId: id, recipient, kind },
});

/** For changes that depend on whether there is a new mail: answers the facts of those that are new; the caller writes them with the rest. */
export async function requestMessages(tx: Queryable, request: Request): Promise<FactInput[]> {
  const messages = newMessages(request);
  const added = new Set(
    await tx.anyFirst(sql.type(z.object({ id: z.string() }))`${insertOfMessages(request, messages)}`),
  );
  return messages.filter(({ id }) => added.has(id)).map(messageFact);
}

const messageRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  bookingId: z.string().nullable(),
  messageKey: z.string(),
  kind: z.enum(messageKinds),
  recipient: z.enum(['guest', 'host', 'account']),
  payload: bytes.nullable(),
  status: z.enum(mailStatuses),
  /** The booking's sequence when it was asked for; 0 for mails about accounts. */
  sequence: z.number(),
  failure: z.string().nullable(),
  requestedAt: z.date(),
  sentAt: z.date().nullable(),
  settledAt: z.date().nullable(),
});
export type MessageRow = z.infer<typeof messageRow>;

const messageColumns = sql.fragment`id, organization_id as "organizationId", booking_id as "bookingId", message_key as "messageKey", kind, recipient,
  payload_cipher as payload, status, case when booking_id is null then 0 else split_part(message_key, ':', 4)::int end as sequence, failure,
  requested_at as "requestedAt", sent_at as "sentAt", settled_at as "settledAt"`;

export async function lockMessage(tx: Queryable, id: string): Promise<MessageRow> {
  return tx.one(sql.type(messageRow)`select ${messageColumns} from message where id = ${id} for update`);
}

/** A mail about a booking that was asked for and has not left. */
export const waitingMail = z.object({
  id: z.string(),
  kind: z.enum(bookingMailKinds),
  recipient: z.enum(['guest', 'host']),
  sequence: z.number(),
  payload: z.hex().nullable(),
});
export type WaitingMail = z.infer<typeof waitingMail>;

/** Those of the booking `b`, in the order of asking, as a JSON column. */
export const waitingMailsColumn = sql.fragment`
  coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'kind', m.kind, 'recipient', m.recipient,
      'sequence', split_part(m.message_key, ':', 4)::int, 'payload', encode(m.payload_cipher, 'hex')) order by m.requested_at, m.id)
    from message m where m.booking_id = b.id and m.status = 'requested'), '[]')`;

/** Those of these ids that were asked for and have not left, in the order of asking. */
export async function waitingAmong(db: Queryable, ids: readonly string[]): Promise<readonly MessageRow[]> {
  if (ids.length === 0) return [];
  return db.any(sql.type(messageRow)`
    select ${messageColumns} from message where id in ${fewOf(ids, 'uuid')} and status = 'requested' order by requested_at, id`);
}

export async function messagesOf(db: Queryable, bookingId: string): Promise<readonly MessageRow[]> {
  return db.any(
    sql.type(
      messageRow,
    )`select ${messageColumns} from message where booking_id = ${bookingId} order by requested_at, id`,
  );
}

/** What became of a mail when it was handed over. */
export type HandedOver = { messageId: string; provider: string } & (
  { outcome: 'sent'; providerMessageId: string } | { outcome: 'failed'; failure: string }
);

/**
 * Writes down what became of mails as a part of a statement, and returns the ids of those of which this is the first word: it counts. One that
 * was overtaken in the moment in which it left did leave.
 * @param after what it waits for first: the name of a part before it that has one row
 */
export function updateOfHandedOver(mails: readonly HandedOver[], after?: 'locked') {
  const rows = mails.map((mail) =>
    mail.outcome === 'sent'
      ? [mail.messageId, mail.outcome, mail.provider, mail.providerMessageId, null]
      : [mail.messageId, mail.outcome, mail.provider, null, mail.failure],
  );
  return sql.fragment`
    update message m set status = over.outcome, provider = over.provider, payload_cipher = null, failure = over.failure,
      provider_message_id = over.provider_message_id, sent_at = case when over.outcome = 'sent' then clock_timestamp() end,
      settled_at = case when over.outcome = 'failed' then clock_timestamp() end
    from ${fewRows(rows, ['uuid', 'text', 'text', 'text', 'text'])} as over (id, outcome, provider, provider_message_id, failure)
      ${after ? sql.fragment`, ${sql.identifier([after])}` : sql.fragment``}
    where m.id = over.id and (m.status = 'requested' or (m.status = 'superseded' and over.outcome = 'sent'))
    returning m.id`;
}

export async function accountMailHandedOver(db: Queryable, mail: HandedOver): Promise<void> {
  await db.query(sql.unsafe`${updateOfHandedOver([mail])}`);
}

/** Mails that were asked for and have not left. */
export async function waitingMessagesOf(tx: Queryable, bookingId: string): Promise<readonly MessageRow[]> {
  return tx.any(sql.type(messageRow)`
    select ${messageColumns} from message where booking_id = ${bookingId} and status = 'requested' order by requested_at, id for update`);
}

type Settlement = {
  status?: 'delivered' | 'bounced' | 'complained' | 'superseded';
  provider?: string;
  providerMessageId?: string;
  failure: string | null;
};

/** The last word about a mail. What it said beyond its booking is forgotten with it; one that has arrived was sent. */
export async function settleMessage(tx: Queryable, id: string, to: Settlement): Promise<void> {
  await tx.query(sql.unsafe`
    update message set status = coalesce(${to.status ?? null}, status), provider = coalesce(${to.provider ?? null}, provider),
      provider_message_id = coalesce(provider_message_id, ${to.providerMessageId ?? null}), failure = ${to.failure}, payload_cipher = null,
      sent_at = case when ${to.status === 'superseded'} then sent_at else coalesce(sent_at, clock_timestamp()) end, settled_at = clock_timestamp()
    where id = ${id}`);
}

/** A mail about no booking that came too late; one that has left meanwhile did leave. */
export async function supersedeWaiting(db: Queryable, id: string): Promise<void> {
  await db.query(sql.unsafe`
    update message set status = 'superseded', payload_cipher = null, settled_at = clock_timestamp() where id = ${id} and status = 'requested'`);
}

/** It is under way still, for a reason that the provider tells. */
export async function noteMailDelay(tx: Queryable, id: string, reason: string | null): Promise<void> {
  await tx.query(sql.unsafe`update message set failure = ${reason} where id = ${id}`);
}

/** A mail by our key, as a provider's webhook brings it back; null for a key that is none of ours. */
export async function findMessageByKey(db: Queryable, key: string): Promise<MessageRow | null> {
  return db.maybeOne(
    sql.type(
      messageRow,
    )`select ${messageColumns} from message where id = case when ${key} ~ '^[0-9a-f-]{36}$' then ${key}::uuid end`,
  );
}

/** A mail about no booking: address and links are in the payload. */
export async function requestAccountMessage(
  tx: Queryable,
  request: { organizationId: string; kind: AccountMessageKind; key: string; payload: Buffer },
): Promise<string | null> {
  return tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    insert into message (organization_id, message_key, kind, recipient, payload_cipher, status)
    values (${request.organizationId}, ${request.key}, ${request.kind}, 'account', ${sql.binary(request.payload)}, 'requested')
    on conflict do nothing returning id`);
}

/** Mails about no booking that have not left: their workflow may never have been started. */
export async function waitingAccountMessages(db: Queryable, olderThanSeconds: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from message where booking_id is null and status = 'requested'
      and requested_at < now() - ${olderThanSeconds} * interval '1 second' order by requested_at limit 100`);
}

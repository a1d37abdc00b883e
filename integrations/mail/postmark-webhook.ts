import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { messageKeyField } from './postmark.ts';

/** What became of a mail after it was handed over. `eventId` is equal for a repeated delivery of the same news. */
export type MailEvent = {
  eventId: string;
  type: 'delivered' | 'bounced' | 'complained';
  /** Our key, or null for a mail that this system did not send. */
  messageKey: string | null;
  providerMessageId: string;
  recipient: string;
  occurredAt: Date;
  /** A bounce or complaint after which the address gets no more mail until it is reactivated. */
  isPermanent: boolean;
  /** Postmark goes on trying to deliver this very mail. */
  isPassing: boolean;
  /** The provider's words, for the booking's page. */
  description: string;
};

export type MailWebhookReading =
  | { outcome: 'event'; event: MailEvent }
  /** Genuine, but nothing for us to do. */
  | { outcome: 'ignored'; reason: string }
  /** The secret is missing or wrong: answered with 401, never stored. */
  | { outcome: 'forged'; reason: string }
  /** Genuine, but not understood: for the dead letters. */
  | { outcome: 'unreadable'; reason: string };

/** Postmark signs nothing: it sends what is set with the webhook, HTTP basic authentication or a header of one's own. */
export type PostmarkWebhookSecret =
  | { kind: 'basic'; username: string; password: string }
  /** `name` in lower case. */
  | { kind: 'header'; name: string; value: string };

/** From the settings: `user:password` (in HTTP a user name holds no colon, a password may), or the value of the named header. */
export function postmarkSecret(secret: string, header: string | null): PostmarkWebhookSecret {
  if (header !== null) return { kind: 'header', name: header.toLowerCase(), value: secret };
  const [username = '', ...password] = secret.split(':');
  return { kind: 'basic', username, password: password.join(':') };
}

const bounce = z.object({
  ID: z.number(),
  Type: z.string(),
  Email: z.string(),
  BouncedAt: z.coerce.date(),
  MessageID: z.string(),
  Inactive: z.boolean().default(false),
  Description: z.string().default(''),
  Details: z.string().default(''),
  Metadata: z.record(z.string(), z.string()).default({}),
});
const delivery = z.object({
  MessageID: z.string(),
  Recipient: z.string(),
  DeliveredAt: z.coerce.date(),
  Details: z.string().default(''),
  Metadata: z.record(z.string(), z.string()).default({}),
});

/** Answers of machines and people that arrive as bounces, although the mail was delivered. */
const notBounces = new Set([
  'AutoResponder',
  'AddressChange',
  'Subscribe',
  'Unsubscribe',
  'ChallengeVerification',
  'OpenRelayTest',
]);
const permanentBounces = new Set([
  'HardBounce',
  'BadEmailAddress',
  'ManuallyDeactivated',
  'Unconfirmed',
  'Blocked',
  'SpamNotification',
]);

/**
 * Reads a webhook of Postmark (https://postmarkapp.com/developer/webhooks/webhooks-overview). `headers` have lower-case names.
 * Pure: no network, no clock.
 */
export function readPostmarkWebhook(
  rawBody: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
  secret: PostmarkWebhookSecret,
): MailWebhookReading {
  if (!isGenuine(headers, secret)) return { outcome: 'forged', reason: 'the webhook secret is missing or wrong' };
  const body = parseJson(rawBody);
  const record = z.object({ RecordType: z.string() }).safeParse(body);
  if (!record.success) return { outcome: 'unreadable', reason: 'not a Postmark record' };
  switch (record.data.RecordType) {
    case 'Bounce':
      return readBounce(body, 'bounced');
    case 'SpamComplaint':
      return readBounce(body, 'complained');
    case 'Delivery':
      return readDelivery(body);
    default:
      return { outcome: 'ignored', reason: `record type ${record.data.RecordType}` };
  }
}

function readBounce(body: unknown, type: 'bounced' | 'complained'): MailWebhookReading {
  const parsed = bounce.safeParse(body);
  if (!parsed.success) return { outcome: 'unreadable', reason: z.prettifyError(parsed.error) };
  const { data } = parsed;
  if (notBounces.has(data.Type)) return { outcome: 'ignored', reason: `bounce type ${data.Type}` };
  const event: MailEvent = {
    eventId: `${type}-${data.MessageID}-${data.ID}`,
    type,
    messageKey: data.Metadata[messageKeyField] ?? null,
    providerMessageId: data.MessageID,
    recipient: data.Email,
    occurredAt: data.BouncedAt,
    isPermanent: type === 'complained' || data.Inactive || permanentBounces.has(data.Type),
    isPassing: type === 'bounced' && data.Type === 'Transient',
    description: [data.Type, data.Description, data.Details].filter((words) => words !== '').join(': '),
  };
  return { outcome: 'event', event };
}

function readDelivery(body: unknown): MailWebhookReading {
  const parsed = delivery.safeParse(body);
  if (!parsed.success) return { outcome: 'unreadable', reason: z.prettifyError(parsed.error) };
  const { data } = parsed;
  const event: MailEvent = {
    eventId: `delivered-${data.MessageID}`,
    type: 'delivered',
    messageKey: data.Metadata[messageKeyField] ?? null,
    providerMessageId: data.MessageID,
    recipient: data.Recipient,
    occurredAt: data.DeliveredAt,
    isPermanent: false,
    isPassing: false,
    description: data.Details,
  };
  return { outcome: 'event', event };
}

/** Compared by hash and in constant time, so that neither length nor content of the secret can be timed. */
function isGenuine(headers: Readonly<Record<string, string | undefined>>, secret: PostmarkWebhookSecret): boolean {
  if (secret.kind === 'header') return isSame(headers[secret.name] ?? '', secret.value);
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return isSame(Buffer.from(encoded, 'base64').toString('utf8'), `${secret.username}:${secret.password}`);
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return expected !== '' && timingSafeEqual(digest(given), digest(expected));
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch {
    return null;
  }
}

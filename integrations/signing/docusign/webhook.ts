import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SigningEvent, WebhookReading } from '../provider.ts';

type Headers = Readonly<Record<string, string | undefined>>;
type Json = Readonly<Record<string, unknown>>;

/** DocuSign signs with up to this many keys at once, in numbered headers. */
const maxSignatures = 10;

const eventTypes: Readonly<Record<string, SigningEvent['type']>> = {
  'envelope-delivered': 'delivered',
  'envelope-completed': 'completed',
  'envelope-declined': 'declined',
  'envelope-voided': 'voided',
};

/** When each event happened, in the envelope's own summary; the notification is generated later. */
const timeFields: Readonly<Record<SigningEvent['type'], string>> = {
  delivered: 'deliveredDateTime',
  completed: 'completedDateTime',
  declined: 'declinedDateTime',
  voided: 'voidedDateTime',
};

/**
 * A Connect notification in the JSON SIM format (https://developers.docusign.com/platform/webhooks/connect/json-sim-event-model/).
 * Each envelope has each of these events once, so envelope and event are the event's id: retries and second subscriptions fall together.
 */
export const readConnectWebhook = (input: {
  rawBody: Uint8Array;
  headers: Headers;
  hmacKeys: readonly [string, ...string[]];
  accountId: string;
}): WebhookReading => {
  if (!isSigned(input.rawBody, input.headers, input.hmacKeys)) {
    return { outcome: 'forged', reason: 'no X-DocuSign-Signature header fits the body' };
  }
  const body = parsed(input.rawBody);
  const data = objectIn(body, 'data');
  if (!body || !data) return { outcome: 'unreadable', reason: 'the body is not a JSON notification with data' };
  const { event } = body;
  const { envelopeId, accountId } = data;
  if (typeof event !== 'string') return { outcome: 'unreadable', reason: 'the event is not named' };
  if (typeof envelopeId !== 'string') return { outcome: 'unreadable', reason: 'the envelope is not named' };
  const eventId = `${envelopeId}:${event}`;
  if (accountId !== input.accountId) return { outcome: 'ignored', eventId, reason: 'it is for another account' };
  const type = eventTypes[event];
  if (!type) return { outcome: 'ignored', eventId, reason: `events of type ${event} mean nothing here` };
  const summary = objectIn(data, 'envelopeSummary');
  const occurredAt =
    dateIn(summary, timeFields[type]) ?? dateIn(summary, 'statusChangedDateTime') ?? dateIn(body, 'generatedDateTime');
  if (!occurredAt) return { outcome: 'unreadable', reason: 'no time is given' };
  return {
    outcome: 'event',
    event: { eventId, providerEnvelopeId: envelopeId, type, occurredAt, reason: reasonIn(type, summary) },
  };
};

/** base64(HMAC-SHA256(raw body)) in any of the headers, with any of the keys; a key is used as the characters it is given in. */
const isSigned = (rawBody: Uint8Array, headers: Headers, keys: readonly string[]): boolean => {
  const expected = keys.map((key) => createHmac('sha256', key).update(rawBody).digest());
  for (let index = 1; index <= maxSignatures; index++) {
    const given = Buffer.from(headers[`x-docusign-signature-${index}`] ?? '', 'base64');
    if (expected.some((mac) => mac.length === given.length && timingSafeEqual(mac, given))) return true;
  }
  return false;
};

const reasonIn = (type: SigningEvent['type'], summary: Json | null): string | null => {
  if (type === 'voided') return textIn(summary, 'voidedReason');
  if (type !== 'declined') return null;
  const signers = objectIn(summary, 'recipients')?.['signers'];
  const reasons = Array.isArray(signers) ? signers.map((signer) => textIn(asObject(signer), 'declinedReason')) : [];
  return reasons.find((reason) => reason !== null) ?? null;
};

const parsed = (rawBody: Uint8Array): Json | null => {
  try {
    return asObject(JSON.parse(Buffer.from(rawBody).toString('utf8')));
  } catch {
    return null;
  }
};

const asObject = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

const objectIn = (object: Json | null, key: string): Json | null => asObject(object?.[key]);

const textIn = (object: Json | null, key: string): string | null => {
  const value = object?.[key];
  return typeof value === 'string' && value !== '' ? value : null;
};

/** ISO 8601 with four digits of a year, as DocuSign writes it: nothing else that `Date.parse` makes something of. */
const dateIn = (object: Json | null, key: string): Date | null => {
  const text = textIn(object, key) ?? '';
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? null : new Date(time);
};

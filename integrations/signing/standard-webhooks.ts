import { createHmac, timingSafeEqual } from 'node:crypto';

/** https://www.standardwebhooks.com: HMAC-SHA256 over `id.timestamp.body`, scheme `v1`. */
export type WebhookHeaders = {
  'webhook-id': string;
  /** Seconds since 1970. */
  'webhook-timestamp': string;
  /** Space-separated `v1,<base64>`: several while a secret is being changed. */
  'webhook-signature': string;
};

export type WebhookVerification = { outcome: 'genuine'; id: string } | { outcome: 'forged'; reason: string };

/** Either way from the receiver's clock. */
const toleranceSeconds = 5 * 60;

/**
 * @param secrets `whsec_` followed by base64, or any other string taken as its bytes. Each of them signs.
 */
export const signWebhook = (input: {
  id: string;
  body: Uint8Array | string;
  secrets: readonly [string, ...string[]];
  now: Date;
}): WebhookHeaders => {
  const timestamp = String(Math.floor(input.now.getTime() / 1000));
  const body = Buffer.from(input.body);
  const signatures = input.secrets.map((secret) => `v1,${mac(secret, input.id, timestamp, body).toString('base64')}`);
  return { 'webhook-id': input.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
};

/** Any signature that fits any secret will do. `headers` have lower-case names. */
export const verifyWebhook = (input: {
  body: Uint8Array;
  headers: Readonly<Record<string, string | undefined>>;
  secrets: readonly [string, ...string[]];
  now: Date;
}): WebhookVerification => {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = input.headers;
  if (!id || !timestamp || !signature) return forged('a webhook header is missing');
  if (!/^\d{1,12}$/.test(timestamp)) return forged('the timestamp is no number of seconds');
  const ageSeconds = input.now.getTime() / 1000 - Number(timestamp);
  if (Math.abs(ageSeconds) > toleranceSeconds) return forged(`the timestamp is over ${toleranceSeconds} seconds away`);
  const body = Buffer.from(input.body);
  const expected = input.secrets.map((secret) => mac(secret, id, timestamp, body));
  const fits = signature.split(' ').some((part) => {
    const [scheme, value = ''] = part.split(',', 2);
    const given = Buffer.from(value, 'base64');
    return scheme === 'v1' && expected.some((one) => one.length === given.length && timingSafeEqual(one, given));
  });
  return fits ? { outcome: 'genuine', id } : forged('no signature fits');
};

const mac = (secret: string, id: string, timestamp: string, body: Buffer): Buffer => {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
};

const forged = (reason: string): WebhookVerification => ({ outcome: 'forged', reason });

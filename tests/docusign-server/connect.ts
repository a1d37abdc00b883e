import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { envelopeJson } from './envelopes.ts';
import type { Envelope } from './envelopes.ts';

/** How webhooks reach their receiver. */
export type ConnectBehaviour = {
  /** now: as things happen. held: kept until `release`. lost: never sent. */
  delivery: 'now' | 'held' | 'lost';
  /** How many times each one is sent. */
  copies: number;
  delayMs: number;
  /** Signed with another key: what a forger could send. */
  forged: boolean;
};

export const promptConnect: ConnectBehaviour = { delivery: 'now', copies: 1, delayMs: 0, forged: false };

export type Notification = { url: string; event: string; envelopeId: string; body: string };

/** A notification on its way: its body with its signature. */
export type Delivery = { event: string; envelopeId: string; body: string; headers: Record<string, string>; at: Date };

/** Sends notifications, signed, and again when the receiver does not answer with success. */
export class Connect {
  behaviour: ConnectBehaviour = promptConnect;
  readonly held: Notification[] = [];
  readonly lost: Notification[] = [];
  /** Every one that was answered with success, as it was sent. */
  readonly delivered: Delivery[] = [];
  readonly #options: { accountId: string; hmacKey: string; retryDelayMs: number; maxRetries: number };
  readonly #stop = new AbortController();

  constructor(options: { accountId: string; hmacKey: string; retryDelayMs: number; maxRetries: number }) {
    this.#options = options;
  }

  notify(envelope: Envelope, event: string): void {
    const { webhook } = envelope;
    if (!webhook?.events.includes(event)) return;
    const notification = {
      url: webhook.url,
      event,
      envelopeId: envelope.envelopeId,
      body: this.#body(envelope, event),
    };
    if (this.behaviour.delivery === 'held') this.held.push(notification);
    else if (this.behaviour.delivery === 'lost') this.lost.push(notification);
    else this.#send(notification);
  }

  /** Sends what was held back; `reversed` the last one first, each only after the one before it was answered. */
  async release(reversed: boolean): Promise<number> {
    const notifications = this.held.splice(0);
    if (reversed) notifications.reverse();
    for (const notification of notifications) await this.#deliver(notification);
    return notifications.length;
  }

  close(): void {
    this.#stop.abort();
  }

  #send(notification: Notification): void {
    const { copies, delayMs } = this.behaviour;
    for (let copy = 0; copy < copies; copy++) {
      void pause(delayMs, undefined, { signal: this.#stop.signal })
        .then(() => this.#deliver(notification))
        .catch(() => undefined);
    }
  }

  async #deliver(notification: Notification): Promise<void> {
    for (let retryCount = 0; retryCount <= this.#options.maxRetries; retryCount++) {
      if (retryCount > 0)
        await pause(this.#options.retryDelayMs * retryCount, undefined, { signal: this.#stop.signal });
      if (await this.#post(notification, retryCount)) return;
    }
  }

  /** What it would say of an envelope's completion that it knows nothing else of. */
  compose(envelopeId: string): Pick<Delivery, 'body' | 'headers'> {
    const completedDateTime = new Date().toISOString();
    const data = { accountId: this.#options.accountId, envelopeId, envelopeSummary: { completedDateTime } };
    const body = JSON.stringify({ event: 'envelope-completed', retryCount: 0, data });
    return { body, headers: this.#signed(body) };
  }

  #signed(body: string): Record<string, string> {
    const key = this.behaviour.forged ? 'a key that nobody gave us' : this.#options.hmacKey;
    const signature = createHmac('sha256', key).update(body).digest('base64');
    return { 'content-type': 'application/json; charset=utf-8', 'x-docusign-signature-1': signature };
  }

  async #post({ url, event, envelopeId, body }: Notification, retryCount: number): Promise<boolean> {
    const raw = body.replace('"retryCount":0', `"retryCount":${retryCount}`);
    const headers = this.#signed(raw);
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: raw,
      signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(10_000)]),
    }).catch(() => null);
    await response?.arrayBuffer().catch(() => undefined);
    const isDelivered = response?.ok ?? false;
    if (isDelivered) this.delivered.push({ event, envelopeId, body: raw, headers, at: new Date() });
    return isDelivered;
  }

  #body(envelope: Envelope, event: string): string {
    const { accountId } = this.#options;
    const { envelopeId } = envelope;
    return JSON.stringify({
      event,
      apiVersion: 'v2.1',
      uri: `/restapi/v2.1/accounts/${accountId}/envelopes/${envelopeId}`,
      retryCount: 0,
      configurationId: 1,
      generatedDateTime: new Date().toISOString().replace('Z', '0000Z'),
      data: { accountId, userId: envelope.signer.clientUserId, envelopeId, envelopeSummary: envelopeJson(envelope) },
    });
  }
}

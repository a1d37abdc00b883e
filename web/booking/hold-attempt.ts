import type { BookingCreated, BookingRequest } from '#contract/bookings.ts';
import { newIdempotencyKey, type Result } from '../api/client.ts';

export type SendHold = (body: BookingRequest, idempotencyKey: string) => Promise<Result<BookingCreated>>;

const pausesMs = [400, 1_500];

/**
 * One intended booking has one key, however often it is sent: after a lost answer the same request with the same key gives the booking
 * that was made, never a second one. Another time or another name is another request, with another key.
 */
export class HoldAttempt {
  readonly #send: SendHold;
  readonly #pause: (ms: number) => Promise<void>;
  #key = '';
  #sent = '';

  constructor(send: SendHold, pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms))) {
    this.#send = send;
    this.#pause = pause;
  }

  async submit(body: BookingRequest): Promise<Result<BookingCreated>> {
    const text = JSON.stringify(body);
    if (text !== this.#sent) {
      this.#sent = text;
      this.#key = newIdempotencyKey();
    }
    for (const pauseMs of pausesMs) {
      const result = await this.#send(body, this.#key);
      const lost =
        !result.ok && (result.failure.code === 'no_connection' || result.failure.code === 'idempotency_key_busy');
      if (!lost) return this.#settle(result);
      await this.#pause(pauseMs);
    }
    return this.#settle(await this.#send(body, this.#key));
  }

  /** A refusal is final for its key; trying the same time again is a new intention. */
  #settle(result: Result<BookingCreated>): Result<BookingCreated> {
    if (!result.ok && result.failure.code !== 'no_connection') this.#sent = '';
    return result;
  }
}

import type { z } from 'zod';
import type { SignatureInput, SigningSession } from '#contract/signing.ts';
import { api, newIdempotencyKey, type Failure } from '../api/client.ts';
import type { GuestBookingState } from '../booking/guest-booking.svelte.ts';

export type Session = z.infer<typeof SigningSession>;
export type Mark = SignatureInput['mark'];
export type Phase = 'loading' | 'preparing' | 'open' | 'signed' | 'over' | 'unknown';

/** The signing of one booking's agreement: the document, the code, the signature, the refusal. */
export class SigningState {
  session: Session | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  sending: boolean = $state(false);
  accepted: boolean = $state(false);
  codeSentTo: string | null = $state(null);
  codeNeeded: boolean = $state(false);
  readonly guest: GuestBookingState;
  #asking = false;
  #key = newIdempotencyKey();

  constructor(guest: GuestBookingState) {
    this.guest = guest;
  }

  get phase(): Phase {
    const { booking } = this.guest;
    if (booking === null) return this.guest.failure === null ? 'loading' : 'unknown';
    const signed = booking.ndaStatus === 'signed' || booking.ndaStatus === 'completed';
    if (this.accepted || signed) return 'signed';
    if (booking.status !== 'held' && booking.status !== 'requested' && booking.move === null) return 'over';
    return this.session === null ? 'preparing' : 'open';
  }

  /** To be called whenever the booking changes: the document can be asked for once it is there. */
  async look(): Promise<void> {
    const { booking } = this.guest;
    if (this.#asking || this.session !== null || booking?.ndaStatus !== 'sent') return;
    if (booking.status !== 'held' && booking.move === null) return;
    this.#asking = true;
    const answer = await api.call('signingSession', { token: this.guest.token });
    this.#asking = false;
    if (answer.ok) {
      this.session = answer.value;
      this.codeNeeded = answer.value.emailCode.required && !answer.value.emailCode.verified;
      this.guest.clock.sync(answer.value.serverTime);
    } else if (answer.failure.code === 'already_signed' || answer.failure.code === 'signing_closed') {
      await this.guest.load();
    }
  }

  async sendCode(): Promise<void> {
    const answer = await api.call('sendSigningCode', { token: this.guest.token });
    if (answer.ok) this.codeSentTo = answer.value.sentTo;
    this.failure = answer.ok ? null : answer.failure;
  }

  async sign(mark: Mark, code: string): Promise<void> {
    const { session } = this;
    if (session === null || this.sending) return;
    this.sending = true;
    this.failure = null;
    const answer = await api.call('sign', {
      token: this.guest.token,
      idempotencyKey: this.#key,
      body: {
        consent: true,
        disclosureSha256: session.disclosure.sha256,
        documentSha256: session.document.sha256,
        mark,
        ...(code === '' ? {} : { code }),
      },
    });
    this.sending = false;
    if (answer.ok || answer.failure.code === 'already_signed') {
      this.accepted = true;
    } else {
      this.#refused(answer.failure);
    }
    await this.guest.load();
  }

  async decline(reason: string): Promise<boolean> {
    this.sending = true;
    const answer = await api.call('decline', {
      token: this.guest.token,
      body: { reason },
      idempotencyKey: newIdempotencyKey(),
    });
    this.sending = false;
    if (answer.ok) this.guest.take(answer.value);
    else this.failure = answer.failure;
    return answer.ok;
  }

  #refused(failure: Failure): void {
    this.failure = failure;
    if (failure.code === 'no_connection') return;
    // A refusal was final for this key; what the guest corrects is a new request.
    this.#key = newIdempotencyKey();
    if (failure.code === 'code_required' || failure.code === 'code_wrong') this.codeNeeded = true;
    if (failure.code === 'document_changed') this.session = null;
  }
}

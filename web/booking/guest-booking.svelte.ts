import type { GuestBooking } from '#contract/bookings.ts';
import { api, type Failure } from '../api/client.ts';
import { live, type Membership } from '../live/connection.svelte.ts';
import { ServerClock } from '../time/server-clock.svelte.ts';

/** While something is about to happen and the live connection is lost, the booking is asked for this often. */
const pollMs = 4_000;

/** A booking behind its secret link: read once, then kept true by its live room. */
export class GuestBookingState {
  booking: GuestBooking | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  readonly clock = new ServerClock();
  readonly token: string;
  #membership: Membership | null = null;

  constructor(token: string) {
    this.token = token;
  }

  /** Milliseconds until the hold ends; null when nothing runs out. */
  get holdRemainingMs(): number | null {
    const { booking } = this;
    if (booking?.status !== 'held' || booking.holdExpiresAt === null) return null;
    return Math.max(0, Date.parse(booking.holdExpiresAt) - this.clock.now);
  }

  /** The same for another time that is held until the NDA is signed anew. */
  get moveRemainingMs(): number | null {
    const move = this.booking?.move ?? null;
    return move === null ? null : Math.max(0, Date.parse(move.expiresAt) - this.clock.now);
  }

  start(): () => void {
    void this.load();
    const stopClock = this.clock.start();
    const poll = setInterval(() => {
      const isMoving = this.moveRemainingMs !== null;
      const running =
        isMoving || this.booking === null || ['requested', 'held', 'displaced'].includes(this.booking.status);
      const isTimeUp = this.holdRemainingMs === 0 || this.moveRemainingMs === 0;
      if (this.failure !== null || (running && (live.state !== 'live' || isTimeUp))) void this.load();
    }, pollMs);
    return () => {
      stopClock();
      clearInterval(poll);
      this.#membership?.leave();
    };
  }

  async load(): Promise<void> {
    const answer = await api.call('guestBooking', { token: this.token });
    if (answer.ok) this.take(answer.value);
    // What is on the page stays while a repeated look fails.
    else if (this.booking === null) this.failure = answer.failure;
  }

  /** A newer state, from whichever answer carried it. */
  take(booking: GuestBooking): void {
    this.failure = null;
    if (this.booking !== null && booking.position < this.booking.position) return;
    this.booking = booking;
    this.clock.sync(booking.serverTime);
    this.#membership ??= live.join(
      { room: 'booking', token: this.token, position: booking.position },
      { news: () => void this.load(), reload: () => void this.#catchUp() },
    );
  }

  async #catchUp(): Promise<void> {
    await this.load();
    this.#membership?.resume(this.booking?.position ?? 0);
  }
}

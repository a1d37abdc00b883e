import type { HostBooking } from '#contract/bookings.ts';
import { api, newIdempotencyKey, type Failure, type Result } from '../api/client.ts';
import { live, type Membership } from '../live/connection.svelte.ts';
import { ServerClock } from '../time/server-clock.svelte.ts';
import type { AuditItem } from './audit-text.ts';

export type Action = 'cancel' | 'release' | 'resend' | 'noShow' | 'undoNoShow' | 'retry';

/**
 * What can be taken back is done at once, and its opposite is offered where it says so. What cannot (the guest is told by mail, a slot is
 * anybody's again) is asked for before, and the question says so: a few seconds of grace would only hide that from whoever closes the page.
 */
export const undoOf: Partial<Record<Action, Action>> = { noShow: 'undoNoShow' };
/** Asked for before they are done. */
export type Question = Exclude<Action, 'noShow' | 'undoNoShow'>;
export const isAskedFor = (action: Action): action is Question => action !== 'noShow' && action !== 'undoNoShow';

/** One booking as its host sees it, with its trail and what can be done about it. */
export class BookingDesk {
  booking: HostBooking | null = $state.raw(null);
  audit: AuditItem[] = $state.raw([]);
  failure: Failure | null = $state.raw(null);
  busy: boolean = $state(false);
  readonly id: string;
  readonly clock = new ServerClock();
  #membership: Membership | null = null;

  constructor(id: string) {
    this.id = id;
  }

  start(): () => void {
    void this.load();
    const stopClock = this.clock.start();
    return () => {
      stopClock();
      this.#membership?.leave();
    };
  }

  async load(): Promise<void> {
    const [booking, audit, list] = await Promise.all([
      api.call('readBooking', { params: { id: this.id } }),
      api.call('bookingAudit', { params: { id: this.id } }),
      // Only for the position that news are counted from, and the server's time.
      this.#membership === null ? api.call('listBookings', { query: { limit: 1 } }) : null,
    ]);
    if (booking.ok) this.booking = booking.value;
    else this.failure = booking.failure;
    if (audit.ok) this.audit = audit.value.items;
    if (list?.ok !== true) return;
    this.clock.sync(list.value.serverTime);
    this.#join(list.value.position);
  }

  async act(action: Action, reason: string): Promise<Result<HostBooking>> {
    this.busy = true;
    const common = { params: { id: this.id }, idempotencyKey: newIdempotencyKey() };
    const answer = await send(action, common, reason);
    this.busy = false;
    if (answer.ok) await this.load();
    return answer;
  }

  async correctEmail(email: string): Promise<Result<HostBooking>> {
    this.busy = true;
    const idempotencyKey = newIdempotencyKey();
    const answer = await api.call('correctGuestEmail', { params: { id: this.id }, body: { email }, idempotencyKey });
    this.busy = false;
    if (answer.ok) await this.load();
    return answer;
  }

  async move(startsAt: string): Promise<Result<HostBooking>> {
    const answer = await api.call('hostReschedule', {
      params: { id: this.id },
      body: { startsAt },
      idempotencyKey: newIdempotencyKey(),
    });
    if (answer.ok) await this.load();
    return answer;
  }

  #join(position: number): void {
    this.#membership ??= live.join(
      { room: 'dashboard', position },
      {
        news: (news) => {
          if (news.kind === 'booking' && news.bookingId === this.id) void this.load();
        },
        reload: () => void this.load().then(() => this.#membership?.resume(position)),
      },
    );
  }
}

type Common = { params: { id: string }; idempotencyKey: string };
function send(action: Action, common: Common, reason: string): Promise<Result<HostBooking>> {
  switch (action) {
    case 'cancel':
      return api.call('hostCancel', { ...common, body: { reason } });
    case 'release':
      return api.call('hostRelease', { ...common, body: { reason } });
    case 'resend':
      return api.call('resend', { ...common, body: { recipient: 'guest' } });
    case 'noShow':
      return api.call('markNoShow', common);
    case 'undoNoShow':
      return api.call('undoNoShow', { params: common.params });
    case 'retry':
      return api.call('retry', common);
  }
}

import type { z } from 'zod';
import { SvelteSet } from 'svelte/reactivity';
import type { BookingFilter, HostBookingSummary } from '#contract/bookings.ts';
import { bookingsPerPage } from '#contract/dashboard.ts';
import { api, type Failure } from '../api/client.ts';
import { live, type Membership } from '../live/connection.svelte.ts';
import { ServerClock } from '../time/server-clock.svelte.ts';
import { attention } from './attention.svelte.ts';

export type BookingRow = z.infer<typeof HostBookingSummary>;
type Query = z.input<typeof BookingFilter>;

/** News come in bursts (held, NDA made, NDA sent); one look answers for all of them. */
const gatherMs = 150;
const glowMs = 2_400;

/** One view of the bookings, page by page, that changes by itself. */
export class BookingList {
  rows: BookingRow[] = $state.raw([]);
  nextCursor: string | null = $state(null);
  loaded: boolean = $state(false);
  failure: Failure | null = $state.raw(null);
  /** Bookings that changed a moment ago. */
  readonly glowing = new SvelteSet<string>();
  readonly clock = new ServerClock();
  onChange: (row: BookingRow) => void = () => undefined;
  #query: Query = {};
  #generation = 0;
  #membership: Membership | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #changed = new Set<string>();

  async show(query: Query): Promise<void> {
    this.#query = query;
    this.loaded = false;
    this.rows = [];
    await this.refresh();
  }

  /** As many rows as are on the page, anew. */
  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    const limit = Math.min(100, Math.max(bookingsPerPage, this.rows.length));
    const answer = await api.call('listBookings', { query: { ...this.#query, limit } });
    if (generation !== this.#generation) return;
    this.loaded = true;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return;
    const { items, nextCursor, position, serverTime } = answer.value;
    this.rows = items;
    this.nextCursor = nextCursor;
    this.clock.sync(serverTime);
    this.#join(position);
    this.#glow();
  }

  async more(): Promise<void> {
    if (this.nextCursor === null) return;
    const generation = this.#generation;
    const answer = await api.call('listBookings', {
      query: { ...this.#query, limit: bookingsPerPage, cursor: this.nextCursor },
    });
    if (generation !== this.#generation) return;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return;
    this.rows = [...this.rows, ...answer.value.items];
    this.nextCursor = answer.value.nextCursor;
  }

  start(): () => void {
    const stopClock = this.clock.start();
    return () => {
      stopClock();
      this.#membership?.leave();
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#generation += 1;
    };
  }

  #join(position: number): void {
    this.#membership ??= live.join(
      { room: 'dashboard', position },
      {
        news: (news) => {
          if (news.kind === 'booking') this.#gather(news.bookingId);
        },
        reload: () => void this.refresh().then(() => this.#membership?.resume(position)),
      },
    );
  }

  #gather(bookingId: string): void {
    this.#changed.add(bookingId);
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.refresh();
      void attention.load();
    }, gatherMs);
  }

  #glow(): void {
    for (const row of this.rows) {
      if (!this.#changed.has(row.id)) continue;
      this.glowing.add(row.id);
      this.onChange(row);
      setTimeout(() => this.glowing.delete(row.id), glowMs);
    }
    this.#changed.clear();
  }
}

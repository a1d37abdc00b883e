import type { BookingTotals } from '#contract/insights.ts';
import { api } from '../api/client.ts';

/** What there is to know at a glance, counted by the server: the tiles say it, and the menu how many bookings need a look. */
class Attention {
  totals: BookingTotals | null = $state.raw(null);

  get count(): number {
    return this.totals?.attention ?? 0;
  }

  async load(): Promise<void> {
    const answer = await api.call('bookingTotals', {});
    if (answer.ok) this.totals = answer.value;
  }
}

export const attention = new Attention();

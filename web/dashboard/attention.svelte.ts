import { api } from '../api/client.ts';

/** How many bookings need a look: the dashboard's menu says so on every page. */
class Attention {
  count: number = $state(0);

  async load(): Promise<void> {
    const answer = await api.call('listBookings', { query: { view: 'attention', limit: 100 } });
    if (answer.ok) this.count = answer.value.items.length;
  }
}

export const attention = new Attention();

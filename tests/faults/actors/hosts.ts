import { randomUUID } from 'node:crypto';
import type { TestHost } from '#tests/people.ts';
import { ask, type Asked } from './ask.ts';
import type { World } from './guests.ts';
import type { KnownBooking } from './journal.ts';

/** What a host asks about a booking, from the dashboard. */
export function asHostOf(
  world: World,
  booking: Pick<KnownBooking, 'host' | 'id'>,
  action: string,
  body: unknown = {},
): Promise<Asked> {
  const host = world.scene.hosts[booking.host] as TestHost;
  return ask(world.baseUrl, {
    method: 'POST',
    path: `/api/v1/bookings/${booking.id}/${action}`,
    key: randomUUID(),
    headers: { cookie: host.cookie, 'x-csrf-token': host.csrf },
    body,
  });
}

import { DateTime } from 'luxon';
import type { z } from 'zod';
import type { AuditFilter } from '#contract/bookings.ts';
import { auditSubjects } from '#domain/audit-actions.ts';

type Query = z.input<typeof AuditFilter>;
export const actorKinds = ['guest', 'host', 'operator', 'system', 'provider'] as const;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The address's parameters as the API takes them; `from` and `until` are days in the reader's zone, both included. What is no filter is left out. */
export function filterOf(query: URLSearchParams, zone: string): Query {
  const who = query.get('who') ?? '';
  const about = auditSubjects.find((one) => one === query.get('about'));
  const actor = actorKinds.find((one) => one === who);
  const booking = query.get('booking') ?? '';
  const from = dayOf(query.get('from'), zone);
  const until = dayOf(query.get('until'), zone)?.plus({ days: 1 });
  return {
    ...(actor !== undefined && { actor }),
    ...(uuid.test(who) && { accountId: who }),
    ...(about !== undefined && { about }),
    ...(uuid.test(booking) && { bookingId: booking }),
    ...(from !== undefined && { from: instant(from) }),
    ...(until !== undefined && { to: instant(until) }),
  };
}

function dayOf(text: string | null, zone: string): DateTime | undefined {
  const day = DateTime.fromISO(text ?? '', { zone });
  return day.isValid && day.year >= 1970 && day.year <= 2999 ? day.startOf('day') : undefined;
}

const instant = (day: DateTime): string => new Date(day.toMillis()).toISOString();

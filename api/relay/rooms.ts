import { z } from 'zod';
import type { LiveNews } from '#contract/live.ts';
import type { Scope } from '#db/pool.ts';
import type { StreamedFact } from '#integrations/stream/facts-stream.ts';

export type RoomNews = { room: string; news: LiveNews };

const fact = z.object({
  type: z.string(),
  time: z.string(),
  organizationid: z.string(),
  hostid: z.string(),
  data: z.object({
    bookingId: z.string(),
    during: z.object({ from: z.string(), to: z.string() }).optional(),
  }),
});

const slotStates: Readonly<Record<string, 'held' | 'confirmed' | 'released'>> = {
  'slot.held': 'held',
  'slot.released': 'released',
  'booking.confirmed': 'confirmed',
};

/**
 * Who hears of a fact, and in which words: public rooms get times and states, private ones which booking to look at, and of which trace that
 * is. Null: unreadable.
 */
export function newsOf({ position, json }: StreamedFact, traceparent?: string): RoomNews[] | null {
  const parsed = fact.safeParse(json);
  if (!parsed.success) return null;
  const { type, time, organizationid, hostid, data } = parsed.data;
  const news: LiveNews = { kind: 'booking', position, type, bookingId: data.bookingId, at: time, traceparent };
  const state = slotStates[type];
  return [
    { room: `booking:${data.bookingId}`, news },
    { room: dashboardRoom({ organizationId: organizationid }), news },
    { room: dashboardRoom({ organizationId: organizationid, onlyHostId: hostid }), news },
    ...(state && data.during
      ? [
          {
            room: `host:${hostid}`,
            news: { kind: 'slot' as const, position, state, from: data.during.from, to: data.during.to },
          },
        ]
      : []),
  ];
}

/** Which booking a fact tells of. */
export const bookingOf = ({ json }: StreamedFact): string | null => fact.safeParse(json).data?.data.bookingId ?? null;

/** Where a dashboard hears of bookings: all of the organization, or those of one host. */
export function dashboardRoom({ organizationId, onlyHostId }: Scope): string {
  return onlyHostId === undefined ? `organization:${organizationId}` : `desk:${onlyHostId}`;
}

/** Whose slot the news of a public room are about. */
export function hostOfSlotNews({ room, news }: RoomNews): string | null {
  return news.kind === 'slot' ? room.slice('host:'.length) : null;
}

/** Subjects are `<type>.<organization>.<host>`; types have two or three words. */
export function subjectsOf(about: { hostId: string } | Scope): string[] {
  if ('hostId' in about) return [`slot.*.*.${about.hostId}`, `booking.*.*.${about.hostId}`];
  const whose = `${about.organizationId}.${about.onlyHostId ?? '*'}`;
  return [`slot.*.${whose}`, `booking.*.${whose}`, `nda.*.${whose}`, `notify.email.*.${whose}`];
}

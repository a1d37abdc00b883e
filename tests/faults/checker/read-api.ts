import type { BookingList } from '#contract/bookings.ts';
import type { GuestBooking } from '#contract/bookings.ts';
import type { Slots } from '#contract/public-pages.ts';
import type { TestHost } from '#tests/people.ts';
import type { z } from 'zod';
import { ask } from '../actors/ask.ts';
import { asGuest } from '../actors/guests.ts';
import type { Stage } from '../actors/perform.ts';
import { startOf } from '../actors/scene.ts';
import { meetingKinds } from '../plan/operations.ts';
import type { Evidence, SlotsSeen, ViewSeen } from './evidence.ts';

type FromApi = Pick<Evidence, 'guestViews' | 'hostViews' | 'slots'>;

/** Guests whose view is compared; all bookings are compared by their hosts' view. */
const guestsAsked = 300;
const atOnce = 6;

/** What the API tells people, once everything is quiet. @param days how many days the run's bookings reach into */
export async function readApi(stage: Stage, days: number): Promise<FromApi> {
  const hostViews = new Map<string, ViewSeen>();
  for (const host of stage.scene.hosts) await readDashboard(stage, host, hostViews);
  return { hostViews, guestViews: await readGuests(stage), slots: await readSlots(stage, days) };
}

async function readGuests(stage: Stage): Promise<Map<string, ViewSeen>> {
  const views = new Map<string, ViewSeen>();
  const { bookings } = stage.journal;
  const every = Math.max(1, Math.floor(bookings.length / guestsAsked));
  const left = bookings.filter((_, index) => index % every === 0);
  const readNext = async (): Promise<void> => {
    for (let booking = left.pop(); booking; booking = left.pop()) {
      const asked = await asGuest(stage, booking, 'GET', '');
      const body = asked === 'unknown' || asked.status !== 200 ? null : (asked.body as GuestBooking);
      views.set(booking.id, { status: body?.status ?? 'nothing', startsAt: Date.parse(body?.startsAt ?? '') });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, readNext));
  return views;
}

async function readDashboard(stage: Stage, host: TestHost, views: Map<string, ViewSeen>): Promise<void> {
  let cursor: string | null = '';
  while (cursor !== null) {
    const path = `/api/v1/bookings?view=all&limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const asked = await ask(stage.baseUrl, { method: 'GET', path, headers: { cookie: host.cookie } });
    if (asked === 'unknown' || asked.status !== 200) throw new Error('The dashboard cannot be read.');
    const page = asked.body as z.output<typeof BookingList>;
    for (const { id, status, startsAt } of page.items) views.set(id, { status, startsAt: Date.parse(startsAt) });
    cursor = page.nextCursor;
  }
}

/** By kind of meeting, as the scene made them. */
const shapes = {
  plain: { lengthMinutes: 30, beforeMinutes: 0, afterMinutes: 0 },
  nda: { lengthMinutes: 45, beforeMinutes: 10, afterMinutes: 5 },
  brief: { lengthMinutes: 30, beforeMinutes: 0, afterMinutes: 15 },
  renewed: { lengthMinutes: 30, beforeMinutes: 0, afterMinutes: 0 },
};
const minuteMs = 60_000;

async function readSlots(stage: Stage, days: number): Promise<SlotsSeen[]> {
  const { scene, baseUrl } = stage;
  const seen: SlotsSeen[] = [];
  for (const [index, host] of scene.hosts.entries()) {
    for (const kind of meetingKinds) {
      const range = `from=${startOf(scene, { day: 0, quarter: 0 })}&to=${startOf(scene, { day: days, quarter: 0 })}`;
      const path = `/api/v1/pages/${host.slug}/${scene.typeOf(index, kind).slug}/slots?${range}`;
      const asked = await ask(baseUrl, { method: 'GET', path });
      const isThere = asked !== 'unknown' && asked.status === 200;
      const { lengthMinutes, beforeMinutes, afterMinutes } = shapes[kind];
      seen.push({
        hostId: host.hostId,
        lengthMs: lengthMinutes * minuteMs,
        beforeMs: beforeMinutes * minuteMs,
        afterMs: afterMinutes * minuteMs,
        fromDay: scene.firstDay,
        days,
        starts: isThere
          ? new Set((asked.body as Slots).days.flatMap(({ slots }) => slots).map((start) => Date.parse(start)))
          : null,
      });
    }
  }
  return seen;
}

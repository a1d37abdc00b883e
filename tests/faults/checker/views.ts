import type { Check, Evidence, PageSeen, SlotsSeen, ViewSeen, Violation } from './evidence.ts';

/**
 * What people see is the truth: every page heard every fact of its room in order, and none twice; guest, host and the page of free times
 * are told what the database has.
 */
export const views: Check = (evidence) => [
  ...evidence.pages.flatMap((page) => ofPage(evidence, page)),
  ...ofBookings(evidence, evidence.guestViews, 'guest'),
  ...ofBookings(evidence, evidence.hostViews, 'host'),
  ...evidence.slots.flatMap((slots) => ofSlots(evidence, slots)),
];

const publicTypes: ReadonlySet<string> = new Set(['slot.held', 'slot.released', 'booking.confirmed']);

function ofPage({ streamed }: Evidence, page: PageSeen): Violation[] {
  const about = `${page.room} ${page.about}, back ${page.rejoined} times`;
  const belongs = (fact: Evidence['streamed'][number]) =>
    page.room === 'booking'
      ? fact.bookingId === page.about
      : fact.hostId === page.about && (page.room === 'dashboard' || publicTypes.has(fact.type));
  const expected = streamed
    .filter((fact) => fact.position > page.position && belongs(fact))
    .map((fact) => fact.position);
  const heard = new Set(page.heard);
  const missed = expected.filter((position) => !heard.has(position));
  const isOrdered = page.heard.every((position, index) => position > (page.heard[index - 1] ?? 0));
  return [
    ...page.troubles.map((trouble) => ({ what: `a page was ${trouble}`, about })),
    ...(missed.length > 0 ? [{ what: `a page missed ${missed.length} of ${expected.length} facts`, about }] : []),
    ...(page.heard.length > expected.length ? [{ what: 'a page heard what is not in the stream', about }] : []),
    ...(isOrdered ? [] : [{ what: 'a page heard facts in another order', about }]),
  ];
}

function ofBookings({ bookings }: Evidence, seen: ReadonlyMap<string, ViewSeen>, who: string): Violation[] {
  const truth = new Map(bookings.map((booking) => [booking.id, booking]));
  return [...seen].flatMap(([id, view]): Violation[] => {
    const booking = truth.get(id);
    if (booking?.status === view.status && booking.startsAt === view.startsAt) return [];
    return [{ what: `the ${who} is shown ${view.status}, it is ${booking?.status ?? 'not there'}`, about: id }];
  });
}

const quarterMs = 15 * 60_000;
const dayMs = 86_400_000;

/** The host is always there, so that whatever no claim touches is offered, and nothing else. Starts whose time crosses midnight are left out. */
function ofSlots({ claims }: Evidence, slots: SlotsSeen): Violation[] {
  const { starts: offered } = slots;
  if (offered === null) return [{ what: 'the free times cannot be read', about: slots.hostId }];
  const live = claims.filter(({ hostId, isLive }) => isLive && hostId === slots.hostId);
  const starts = Array.from({ length: slots.days * 96 }, (_, index) => slots.fromDay + index * quarterMs);
  return starts.flatMap((start): Violation[] => {
    const [from, to] = [start - slots.beforeMs, start + slots.lengthMs + slots.afterMs];
    if (Math.floor(from / dayMs) !== Math.floor((to - 1) / dayMs)) return [];
    const isFree = !live.some((claim) => claim.from < to && from < claim.to);
    if (isFree === offered.has(start)) return [];
    const what = isFree ? 'a free time is not offered' : 'a taken time is offered';
    return [{ what, about: `${slots.hostId} at ${new Date(start).toISOString()}` }];
  });
}

import { groupBy, type Check } from './evidence.ts';

/** Promise 1: no two live bookings of a host overlap, buffers included; and what is claimed is what is booked. */
export const overlaps: Check = ({ bookings, claims }) => {
  const live = claims.filter(({ isLive }) => isLive);
  const liveBookings = bookings.filter(({ status }) => status === 'held' || status === 'confirmed');
  return [
    ...pairs(live.map((claim) => ({ ...claim, name: claim.bookingId }))).map((about) => ({
      what: 'two live claims overlap',
      about,
    })),
    ...pairs(liveBookings.map((booking) => ({ ...booking, name: booking.id }))).map((about) => ({
      what: 'two live bookings overlap',
      about,
    })),
    ...liveBookings.flatMap(({ id, from, to }) =>
      live.some((claim) => claim.bookingId === id && claim.from === from && claim.to === to)
        ? []
        : [{ what: 'a live booking has no claim on its time', about: id }],
    ),
  ];
};

type Interval = { hostId: string; from: number; to: number; name: string };

/** Of each host, in order of begin: one that begins before an earlier one has ended overlaps it. */
function pairs(intervals: readonly Interval[]): string[] {
  return [...groupBy(intervals, ({ hostId }) => hostId).values()].flatMap((ofHost) => {
    const inOrder = ofHost.toSorted((a, b) => a.from - b.from);
    let latest: Interval | undefined;
    return inOrder.flatMap((one) => {
      const before = latest;
      if (!latest || one.to > latest.to) latest = one;
      return before && one.from < before.to ? [`${before.name} and ${one.name}`] : [];
    });
  });
}

import { groupBy, type Check } from './evidence.ts';

/**
 * Promise 1: no two live bookings of a host overlap, buffers included; and what is claimed is what is booked. The time that a booking would move
 * to is claimed beside its own, and may overlap that alone.
 */
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
      live.some((claim) => claim.bookingId === id && !claim.isMove && claim.from === from && claim.to === to)
        ? []
        : [{ what: 'a live booking has no claim on its time', about: id }],
    ),
  ];
};

type Interval = { hostId: string; from: number; to: number; name: string };

/** Of each host, in order of begin: one that begins before an earlier one of another booking has ended overlaps it. */
function pairs(intervals: readonly Interval[]): string[] {
  return [...groupBy(intervals, ({ hostId }) => hostId).values()].flatMap((ofHost) => {
    const inOrder = ofHost.toSorted((a, b) => a.from - b.from);
    let running: Interval[] = [];
    return inOrder.flatMap((one) => {
      running = running.filter(({ to }) => one.from < to);
      const met = running.filter(({ name }) => name !== one.name);
      running.push(one);
      return met.map(({ name }) => `${name} and ${one.name}`);
    });
  });
}

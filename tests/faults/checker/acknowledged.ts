import { groupBy, type Check, type FactSeen, type Violation } from './evidence.ts';
import { slotWords } from './slot-words.ts';

/** What somebody was told is so: holds that were granted are known, changes that were done are done, and nobody was told two things. */
export const acknowledged: Check = (evidence) => {
  const bookings = new Map(evidence.bookings.map((booking) => [booking.id, booking]));
  const facts = groupBy(evidence.written, ({ bookingId }) => bookingId);
  const holds = evidence.known.flatMap((known): Violation[] => {
    const booking = bookings.get(known.id);
    const problem = (what: string) => [{ what, about: known.id }];
    if (!booking) return problem('a hold that was granted is not known');
    if (booking.status === 'requested' || booking.status === 'refused')
      return problem(`a hold that was granted is ${booking.status}`);
    const wasHeld = (facts.get(known.id) ?? []).some(({ type }) => type === 'slot.held');
    return wasHeld ? [] : problem('a hold that was granted was never said to be held');
  });
  const changes = evidence.told.flatMap((told): Violation[] => {
    if (told.outcome !== 'done' || told.bookingId === null) return [];
    const status = bookings.get(told.bookingId)?.status;
    const about = `${told.bookingId} (${told.operation})`;
    switch (told.operation) {
      case 'guest_cancel':
      case 'host_cancel':
        return status === 'canceled' ? [] : [{ what: `a cancellation that was granted left it ${status}`, about }];
      case 'host_release': {
        const endedMove = letGo(facts.get(told.bookingId) ?? []).some(({ isMove }) => isMove);
        const isDone = status === 'released' || endedMove;
        return isDone ? [] : [{ what: `a release that was granted left it ${status}`, about }];
      }
      case 'give_up_move': {
        const isDone = letGo(facts.get(told.bookingId) ?? []).some(({ isMove }) => isMove);
        return isDone ? [] : [{ what: 'a move that was given up was not ended', about }];
      }
      case 'guest_reschedule':
      case 'host_reschedule': {
        // At once, or as a time that is held until the NDA is signed anew.
        const isGranted = ({ type, data }: FactSeen) =>
          (type === 'booking.rescheduled' || type === 'slot.held') && data['startsAt'] === told.startsAt;
        const isMoved = (facts.get(told.bookingId) ?? []).some(isGranted);
        return isMoved ? [] : [{ what: 'a move that was granted was not made', about }];
      }
      default:
        return [];
    }
  });
  const forged = evidence.told.filter(
    ({ operation, outcome }) => operation === 'webhook_forged' && outcome !== 'webhook_forged' && outcome !== 'unknown',
  );
  return [
    ...holds,
    ...changes,
    ...forged.map(({ outcome }) => ({ what: 'a forged webhook was taken', about: outcome })),
    ...evidence.contradictions.map((about) => ({ what: 'one request had two answers', about })),
  ];
};

/** Times that a person let go of. */
function letGo(facts: readonly FactSeen[]) {
  return slotWords(facts).ended.filter(({ reason }) => reason === 'released');
}

import type { Check } from './evidence.ts';

/** Nothing is left behind: no claim without its booking, no request, no envelope that somebody could still sign, no step that waits. */
export const leftovers: Check = (evidence) => {
  const bookings = new Map(evidence.bookings.map((booking) => [booking.id, booking]));
  const isLive = (id: string) => ['held', 'confirmed'].includes(bookings.get(id)?.status ?? '');
  const known = new Map(evidence.envelopes.map((envelope) => [envelope.providerEnvelopeId, envelope]));
  const isOpen = (status: string) => status === 'sent' || status === 'delivered';
  const say = (what: string) => (about: string) => ({ what, about });
  const confirmed = evidence.bookings.filter(({ status }) => status === 'confirmed').map(({ id }) => id);
  return [
    ...evidence.claims
      .filter((claim) => claim.isLive && !isLive(claim.bookingId))
      .map(({ bookingId }) => bookingId)
      .map(say('a claim outlived its booking')),
    ...evidence.claims
      .filter(
        (claim) =>
          claim.isLive &&
          !claim.isMove &&
          claim.expiresAt !== null &&
          bookings.get(claim.bookingId)?.status === 'confirmed',
      )
      .map(({ bookingId }) => bookingId)
      .map(say('the claim of a confirmed booking can run out')),
    ...evidence.claims
      .filter((claim) => claim.isLive && claim.isMove && !bookings.get(claim.bookingId)?.isMoving)
      .map(({ bookingId }) => bookingId)
      .map(say('the claim of a move outlived it')),
    ...evidence.bookings
      .filter(({ isMoving }) => isMoving)
      .map(({ id }) => id)
      .map(say('a move did not end')),
    ...evidence.bookings
      .filter(({ status }) => status === 'held')
      .map(({ id }) => id)
      .map(say('a hold did not end')),
    ...evidence.bookings
      .filter(({ status }) => status === 'requested')
      .map(({ id }) => id)
      .map(say('a request was left lying')),
    ...evidence.bookings
      .filter(({ attention }) => attention !== null)
      .map(({ id, attention }) => `${id}: ${attention}`)
      .map(say('a step still needs attention')),
    ...evidence.envelopes
      .filter(({ status }) => isOpen(status))
      .map(({ bookingId }) => bookingId)
      .map(say('an envelope outlived its hold')),
    ...evidence.provider
      .filter(({ status }) => isOpen(status))
      .map(({ envelopeId }) => envelopeId)
      .map((id) =>
        say(
          known.has(id) ? 'an envelope is open at the provider' : 'the provider has an envelope that nobody here knows',
        )(id),
      ),
    ...evidence.documents
      .filter(({ isStored }) => !isStored)
      .map(({ bookingId, kind }) => `${kind} of ${bookingId}`)
      .map(say('a document is not in storage')),
    ...confirmed
      .filter((id) => !evidence.runningWorkflows.has(id))
      .map(say('nobody waits for the end of a confirmed booking')),
    ...[...evidence.runningWorkflows].flatMap(([id, isAt]) => {
      const booking = bookings.get(id);
      if (!booking || isLive(id) || booking.status === 'displaced') return [];
      return [
        { what: 'a workflow outlived its booking', about: `${id}: ${booking.status}, ${booking.ndaStatus}; ${isAt}` },
      ];
    }),
  ];
};

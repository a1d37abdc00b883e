import { groupBy, type Check, type Evidence, type FactSeen, type Violation } from './evidence.ts';

/**
 * Promise 3: a valid signature that arrives in time ends in a confirmed booking; a late one in a confirmed or displaced one, unless a
 * person had ended it. And nothing counts as signed that the provider does not know to be.
 */
export const signatures: Check = (evidence) => {
  const facts = groupBy(evidence.written, ({ bookingId }) => bookingId);
  const byProvider = new Map(evidence.envelopes.map((envelope) => [envelope.providerEnvelopeId, envelope.bookingId]));
  const signedThere = evidence.provider.filter(({ status }) => status === 'completed');
  const known = new Set(signedThere.flatMap(({ envelopeId }) => byProvider.get(envelopeId) ?? []));
  const signedHere = evidence.written.filter(({ type }) => type === 'nda.signed');
  return [
    ...signedThere.flatMap(({ envelopeId }): Violation[] => {
      const bookingId = byProvider.get(envelopeId);
      if (bookingId === undefined)
        return [{ what: 'the provider has a signature that nobody here knows', about: envelopeId }];
      return ofSignature(evidence, bookingId, envelopeId, facts.get(bookingId) ?? []);
    }),
    ...signedHere
      .filter(({ bookingId }) => !known.has(bookingId))
      .map(({ bookingId }) => ({
        what: 'it counts as signed, but the provider knows of no signature',
        about: bookingId,
      })),
  ];
};

function ofSignature(evidence: Evidence, bookingId: string, envelopeId: string, facts: FactSeen[]): Violation[] {
  const booking = evidence.bookings.find(({ id }) => id === bookingId);
  const signed = facts.filter(({ type }) => type === 'nda.signed');
  const problem = (what: string): Violation[] => [{ what, about: bookingId }];
  if (!booking || signed.length === 0) return problem('a signature at the provider was not taken note of');
  if (signed.length > 1) return problem('a booking was signed twice');
  if (booking.ndaStatus !== 'completed') return problem(`a signed document was not collected: ${booking.ndaStatus}`);
  const document = evidence.documents.find((one) => one.bookingId === bookingId && one.kind === 'signed');
  if (!document?.isStored) return problem('the signed document is not in storage');
  const isLate = signed[0]?.data['late'] === true;
  if (isLate && arrivedInTime(evidence, bookingId, envelopeId, facts))
    return problem('a signature that arrived in time counts as late');
  const types = facts.map(({ type }) => type);
  const signedAt = types.indexOf('nda.signed');
  const wasEndedBefore = types.slice(0, signedAt).some((type) => type === 'booking.canceled' || isRelease(facts, type));
  const isConfirmed = types.includes('booking.confirmed');
  const isAnswered =
    isConfirmed || types.includes('booking.canceled') || (isLate && types.includes('booking.displaced'));
  if (isAnswered || wasEndedBefore) return [];
  return problem(`a signature that came ${isLate ? 'late' : 'in time'} left it ${booking.status}`);
}

/** Let go by a person, before the signature; running out does not count. */
function isRelease(facts: readonly FactSeen[], type: string): boolean {
  if (type !== 'slot.released') return false;
  return facts.some((fact) => fact.type === type && ['released', 'declined'].includes(String(fact.data['reason'])));
}

/** By the receiver's own answer: the webhook was taken before the hold that the guest was told of ended. */
function arrivedInTime(evidence: Evidence, bookingId: string, envelopeId: string, facts: readonly FactSeen[]): boolean {
  const wasCutShort = evidence.told.some((told) => told.operation === 'hold_runs_out' && told.bookingId === bookingId);
  const webhook = evidence.webhooks.find((one) => one.envelopeId === envelopeId && one.event === 'envelope-completed');
  const until = Date.parse(String(facts.find(({ type }) => type === 'nda.sent')?.data['expiresAt']));
  const hasEnded = facts.some(({ type }) => type === 'slot.released');
  return !wasCutShort && !hasEnded && webhook !== undefined && webhook.at < until;
}

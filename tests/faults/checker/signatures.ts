import { groupBy, type Check, type EnvelopeSeen, type Evidence, type FactSeen, type Violation } from './evidence.ts';
import { slotWords } from './slot-words.ts';

/**
 * Promise 3: a valid signature that arrives in time ends in a confirmed booking; a late one in a confirmed or displaced one, unless a
 * person had ended it; one for a move makes it. And nothing counts as signed that the provider does not know to be.
 */
export const signatures: Check = (evidence) => {
  const facts = groupBy(evidence.written, ({ bookingId }) => bookingId);
  const byProvider = new Map(evidence.envelopes.map((envelope) => [envelope.providerEnvelopeId, envelope]));
  const signedThere = evidence.provider.filter(({ status }) => status === 'completed');
  const known = new Set<unknown>(signedThere.flatMap(({ envelopeId }) => byProvider.get(envelopeId)?.id ?? []));
  const signedHere = evidence.written.filter(({ type }) => type === 'nda.signed');
  return [
    ...signedThere.flatMap(({ envelopeId }): Violation[] => {
      const envelope = byProvider.get(envelopeId);
      if (!envelope) return [{ what: 'the provider has a signature that nobody here knows', about: envelopeId }];
      const own = facts.get(envelope.bookingId) ?? [];
      const what = isOfMove(envelope, own) ? ofMove(evidence, envelope, own) : ofHold(evidence, envelope, own);
      return what === null ? [] : [{ what, about: envelope.bookingId }];
    }),
    ...signedHere
      .filter(({ data }) => !known.has(data['envelopeId']))
      .map(({ bookingId }) => ({
        what: 'it counts as signed, but the provider knows of no signature',
        about: bookingId,
      })),
  ];
};

const about = (envelope: EnvelopeSeen, type: string) => (fact: FactSeen) =>
  fact.type === type && fact.data['envelopeId'] === envelope.id;

/** Whether it asks for a new signature, for a time to move to: the booking was confirmed before. */
function isOfMove(envelope: EnvelopeSeen, facts: readonly FactSeen[]): boolean {
  const sent = facts.findIndex(about(envelope, 'nda.sent'));
  return facts.slice(0, Math.max(sent, 0)).some(({ type }) => type === 'booking.confirmed');
}

/** @returns what is wrong about a signature that the provider has */
function ofHold(evidence: Evidence, envelope: EnvelopeSeen, facts: readonly FactSeen[]): string | null {
  const signed = facts.filter(about(envelope, 'nda.signed'));
  if (signed.length === 0) return 'a signature at the provider was not taken note of';
  const unkept = notKept(evidence, envelope, facts, signed);
  if (unkept !== null) return unkept;
  const isLate = signed[0]?.data['late'] === true;
  if (isLate && arrivedInTime(evidence, envelope, facts)) return 'a signature that arrived in time counts as late';
  const types = facts.map(({ type }) => type);
  const signedAt = types.indexOf('nda.signed');
  const wasEndedBefore = types.slice(0, signedAt).some((type) => type === 'booking.canceled' || isRelease(facts, type));
  const isConfirmed = types.includes('booking.confirmed');
  const isAnswered =
    isConfirmed || types.includes('booking.canceled') || (isLate && types.includes('booking.displaced'));
  return isAnswered || wasEndedBefore ? null : `a signature that came ${isLate ? 'late' : 'in time'} led to nothing`;
}

/** A signature for a move that waits for it makes the move. Of one that had ended the document is kept, and the meeting stays. */
function ofMove(evidence: Evidence, envelope: EnvelopeSeen, facts: readonly FactSeen[]): string | null {
  const { moves } = slotWords(facts);
  const sent = facts.findIndex(about(envelope, 'nda.sent'));
  const endedAt = [...moves].find(([place, what]) => what === 'ended' && place > sent)?.[0] ?? Infinity;
  const signed = facts.filter(about(envelope, 'nda.signed'));
  if (signed.length === 0)
    return endedAt === Infinity ? 'a signature for a move at the provider was not taken note of' : null;
  const unkept = notKept(evidence, envelope, facts, signed);
  if (unkept !== null) return unkept;
  const after = facts.slice(facts.findIndex(about(envelope, 'nda.signed')));
  const isAnswered = after.some(({ type }) => type === 'booking.rescheduled' || type === 'booking.canceled');
  return isAnswered || endedAt < Infinity ? null : 'a move that was signed for was not made';
}

/** Taken note of once, collected, and in storage: a document for each signature. */
function notKept(
  { bookings, documents }: Evidence,
  { bookingId }: EnvelopeSeen,
  facts: readonly FactSeen[],
  signed: readonly FactSeen[],
): string | null {
  if (signed.length > 1) return 'a booking was signed twice';
  const ndaStatus = bookings.find(({ id }) => id === bookingId)?.ndaStatus;
  if (ndaStatus !== 'completed') return `a signed document was not collected: ${ndaStatus}`;
  const stored = documents.filter((one) => one.bookingId === bookingId && one.kind === 'signed' && one.isStored);
  const wanted = facts.filter(({ type }) => type === 'nda.signed').length;
  return stored.length === wanted ? null : `of ${wanted} signed documents, ${stored.length} are in storage`;
}

/** Let go by a person, before the signature; running out does not count. */
function isRelease(facts: readonly FactSeen[], type: string): boolean {
  if (type !== 'slot.released') return false;
  return facts.some((fact) => fact.type === type && ['released', 'declined'].includes(String(fact.data['reason'])));
}

/** By the receiver's own answer: the webhook was taken before the hold that the guest was told of ended. */
function arrivedInTime(evidence: Evidence, envelope: EnvelopeSeen, facts: readonly FactSeen[]): boolean {
  const { bookingId, providerEnvelopeId } = envelope;
  const wasCutShort = evidence.told.some((told) => told.operation === 'hold_runs_out' && told.bookingId === bookingId);
  const webhook = evidence.webhooks.find(
    (one) => one.envelopeId === providerEnvelopeId && one.event === 'envelope-completed',
  );
  const until = Date.parse(String(facts.find(({ type }) => type === 'nda.sent')?.data['expiresAt']));
  const hasEnded = facts.some(({ type }) => type === 'slot.released');
  return !wasCutShort && !hasEnded && webhook !== undefined && webhook.at < until;
}

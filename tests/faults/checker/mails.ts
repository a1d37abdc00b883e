import { slotWords } from './slot-words.ts';
import { groupBy, type Check, type Evidence, type FactSeen, type MessageSeen, type Violation } from './evidence.ts';

/**
 * One mail for each recipient and event, none missing: expected from the facts, counted where mail arrives. One that was overtaken while it
 * waited (a confirmation of what was canceled since) is the exception: it must not leave.
 */
export const mails: Check = (evidence) => {
  const messages = groupBy(evidence.messages, ({ bookingId }) => bookingId);
  const written = groupBy(evidence.written, ({ bookingId }) => bookingId);
  const arrived = groupBy(evidence.mails, ({ messageId }) => messageId.split('@')[0] ?? '');
  const asked = new Set(evidence.messages.map(({ id }) => id));
  return [
    ...evidence.bookings.flatMap(({ id }) => {
      const own = (messages.get(id) ?? []).filter(({ resentFor }) => resentFor === null);
      return compare(expectedFrom(written.get(id) ?? []), own).map((what) => ({ what, about: id }));
    }),
    ...resent(evidence),
    ...evidence.messages.flatMap((message) => ofMessage(evidence, message, arrived.get(message.id) ?? [])),
    ...[...arrived.keys()]
      .filter((id) => !asked.has(id) && isOfThisRun(evidence, arrived.get(id)?.[0]?.recipient ?? ''))
      .map((about) => ({ what: 'a mail arrived that nobody asked for', about })),
  ];
};

function expectedFrom(facts: readonly FactSeen[]): string[] {
  const { moves } = slotWords(facts);
  let isMoving = false;
  let wasPromised = false;
  let isDisplaced = false;
  let isHeld = false;
  return facts.flatMap(({ type, data }, place) => {
    const move = moves.get(place);
    if (move) {
      isMoving = move === 'held';
      // With the booking canceled, the mail about that says it all.
      return isMoving || data['reason'] === 'canceled' ? [] : both('move_ended');
    }
    switch (type) {
      case 'slot.held':
        isHeld = true;
        return [];
      case 'nda.sent':
        // Of an envelope that came too late nobody is told: it is only on record to be voided.
        if (isMoving) return both('move_to_sign');
        return isHeld && !wasPromised ? ['hold_placed guest'] : [];
      case 'booking.confirmed':
        wasPromised = true;
        return both('booking_confirmed');
      case 'booking.displaced':
        wasPromised = isDisplaced = true;
        return both('late_signature_taken');
      case 'booking.rescheduled': {
        const kind = isDisplaced ? 'booking_confirmed' : 'booking_rescheduled';
        isDisplaced = isMoving = false;
        return both(kind);
      }
      case 'booking.expired':
        return ['hold_expired guest'];
      case 'booking.canceled':
        if (wasPromised) return both('booking_canceled');
        return data['by'] === 'guest' ? [] : ['booking_canceled guest'];
      case 'slot.released':
        isHeld = false;
        // Only hosts let go of slots here; a guest who lets go is not written to.
        if (data['reason'] === 'released') return ['booking_canceled guest'];
        return data['reason'] === 'declined' ? ['booking_declined host'] : [];
      default:
        return [];
    }
  });
}

const both = (kind: string): string[] => [`${kind} guest`, `${kind} host`];

function compare(expected: readonly string[], messages: readonly MessageSeen[]): string[] {
  const left = messages.map(({ kind, recipient }) => `${kind} ${recipient}`);
  const missing = expected.filter((mail) => {
    const at = left.indexOf(mail);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((mail) => `a mail is missing: ${mail}`), ...left.map((mail) => `a mail too many: ${mail}`)];
}

function resent({ messages, requests }: Evidence): Violation[] {
  const byRequest = groupBy(
    messages.filter(({ resentFor }) => resentFor !== null),
    ({ resentFor }) => resentFor ?? '',
  );
  return requests
    .filter(({ kind, outcome }) => kind === 'resend' && outcome === 'done')
    .flatMap(({ id, bookingId }): Violation[] => {
      const recipients = (byRequest.get(id) ?? []).map(({ recipient }) => recipient);
      const isRight = recipients.length > 0 && new Set(recipients).size === recipients.length;
      return isRight ? [] : [{ what: `sending again made ${recipients.length} mails`, about: bookingId }];
    });
}

function ofMessage(evidence: Evidence, message: MessageSeen, copies: Evidence['mails']): Violation[] {
  const about = `${message.kind} to the ${message.recipient} of ${message.bookingId}`;
  const acknowledged = copies.filter((copy) => copy.acknowledged);
  const address = addressOf(evidence, message);
  if (message.status === 'superseded') {
    if (isStillSo(evidence, message)) return [{ what: 'a mail was held back that is still true', about }];
    // One that left in the moment of a crash may have been overtaken before anybody wrote down that it had.
    const isWrong = acknowledged.length > 0 && evidence.faultsStruck === 0;
    return isWrong ? [{ what: 'a mail left that counts as overtaken', about }] : [];
  }
  if (message.status !== 'sent') return [{ what: `a mail is ${message.status}`, about }];
  if (acknowledged.length === 0) return [{ what: 'a mail counts as sent, and did not arrive', about }];
  if (address !== null && copies.some(({ recipient }) => recipient !== address))
    return [{ what: 'a mail went to somebody else', about }];
  // SMTP knows no "once": after a lost answer the same mail leaves again under the same Message-ID. Without a fault it must not.
  return copies.length > 1 && evidence.faultsStruck === 0 ? [{ what: 'a mail left twice', about }] : [];
}

/** The end of a booking stays the truth: mail about it cannot be overtaken. A confirmation can, by a move or an end. */
function isStillSo({ bookings, written }: Evidence, { bookingId, kind }: MessageSeen): boolean {
  const status = bookings.find(({ id }) => id === bookingId)?.status;
  const isMoved = written.some((fact) => fact.bookingId === bookingId && fact.type === 'booking.rescheduled');
  switch (kind) {
    case 'booking_canceled':
      return status === 'canceled' || status === 'released';
    case 'hold_expired':
      return status === 'expired';
    case 'booking_declined':
      return status === 'declined';
    case 'booking_confirmed':
      return status === 'confirmed' && !isMoved;
    default:
      return false;
  }
}

function addressOf(evidence: Evidence, { bookingId, recipient }: MessageSeen): string | null {
  if (recipient === 'guest') return evidence.known.find(({ id }) => id === bookingId)?.guestEmail ?? null;
  const hostId = evidence.bookings.find(({ id }) => id === bookingId)?.hostId;
  return evidence.hostEmails.get(hostId ?? '') ?? null;
}

function isOfThisRun(evidence: Evidence, recipient: string): boolean {
  return evidence.known.some(({ guestEmail }) => guestEmail === recipient);
}

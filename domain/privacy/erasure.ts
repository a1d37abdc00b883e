import type { BookingStatus, NdaStatus } from '../booking/states.ts';

/** What of a booking stays when its guest asks for erasure, why, and until when; null: no end is set. */
export type Kept = {
  what: 'everything' | 'signed_document' | 'audit_trail';
  why: 'booking_open' | 'legal_hold' | 'evidence' | 'accountability';
  until: Date | null;
};

export type ErasureFacts = {
  status: BookingStatus;
  ndaStatus: NdaStatus;
  hasLegalHold: boolean;
  hasSignedDocument: boolean;
} & RetentionFacts;

export type RetentionFacts = {
  endsAt: Date;
  confirmedAt: Date | null;
  endedAt: Date | null;
  /** The organization's policy; null: it keeps without end. */
  retentionDays: number | null;
};

export type ErasureDecision = { outcome: 'erased' | 'partly' | 'kept'; kept: Kept[] };

const open: ReadonlySet<BookingStatus> = new Set(['requested', 'held', 'confirmed']);

/**
 * GDPR Art. 17(1) and its limits: a booking that is still open is needed for what it was made for (cancel it first); a legal hold and a signed
 * agreement are for the defence of legal claims (Art. 17(3)(e)), the latter until the retention period ends. The audit trail stays, as
 * it must be whole to prove anything (Art. 5(2)); it names nobody.
 */
export function erasureOf(facts: ErasureFacts): ErasureDecision {
  if (facts.hasLegalHold) return { outcome: 'kept', kept: [{ what: 'everything', why: 'legal_hold', until: null }] };
  if (open.has(facts.status) || facts.ndaStatus === 'signed')
    return { outcome: 'kept', kept: [{ what: 'everything', why: 'booking_open', until: facts.endsAt }] };
  const auditTrail: Kept = { what: 'audit_trail', why: 'accountability', until: null };
  if (!facts.hasSignedDocument) return { outcome: 'erased', kept: [auditTrail] };
  const signed: Kept = { what: 'signed_document', why: 'evidence', until: keptUntil(facts) };
  return { outcome: 'partly', kept: [signed, auditTrail] };
}

/**
 * When the retention policy empties a booking: so many days after the end of the meeting, or of the booking itself when it never was to
 * be a meeting. The same rule as in `bookingsToPurge`.
 */
export function keptUntil({ endsAt, confirmedAt, endedAt, retentionDays }: RetentionFacts): Date | null {
  if (retentionDays === null) return null;
  const endedBefore = confirmedAt === null && endedAt !== null && endedAt < endsAt;
  return new Date((endedBefore ? endedAt : endsAt).getTime() + retentionDays * 86_400_000);
}

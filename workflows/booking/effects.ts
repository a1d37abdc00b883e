/**
 * The activities that a booking's workflow calls, by type only: `activities/` implements them. Ids, states and instants (ISO 8601) only.
 * Each one can be repeated, and each answers where the booking then stands and what comes next.
 */
export type Progress = {
  status: string;
  ndaStatus: string;
  startsAt: string;
  attention: { step: string; reason: string } | null;
  /** Mails that were asked for and have not left. */
  pendingMessageIds: string[];
  next: NextStep;
  /** Of the answering worker's code (domain/booking/code-version.ts). Absent: from before it was said. */
  codeVersion?: number;
};

export type NextStep =
  | {
      do:
        | 'hold'
        | 'create_agreement'
        | 'send_envelope'
        | 'collect_signed'
        | 'confirm'
        | 'expire'
        | 'void_envelope'
        | 'complete'
        | 'finish';
    }
  | { do: 'remind'; minutes: number }
  | { do: 'wait'; until: string };

export type HoldOutcome =
  /** `held` where it was decided just now: since when (ISO 8601), and until when; null: it is confirmed, and the guest's for good. */
  | { outcome: 'held'; held?: { at: string; until: string | null } }
  | { outcome: 'slot_taken' }
  | { outcome: 'over' }
  | { outcome: 'slot_not_offered'; reasons: readonly unknown[] };

export type ChangeOutcome =
  { outcome: 'done' } | { outcome: 'refused'; code: string; context?: Record<string, unknown> | undefined };
export type OperatorChange = 'cancel' | 'release' | 'resend' | 'retry';

/** One transaction each: milliseconds. */
export type QuickEffects = {
  holdSlot(bookingId: string): Promise<{ hold: HoldOutcome; progress: Progress }>;
  applyChange(requestId: string): Promise<{ change: ChangeOutcome; progress: Progress }>;
  requestOperatorChange(bookingId: string, kind: OperatorChange): Promise<string>;
  readProgress(bookingId: string): Promise<Progress>;
  confirmBooking(bookingId: string): Promise<Progress>;
  expireHold(bookingId: string): Promise<Progress>;
  remind(bookingId: string, minutes: number): Promise<Progress>;
  completeBooking(bookingId: string): Promise<Progress>;
  flagAttention(bookingId: string, step: string, reason: string): Promise<Progress>;
  clearAttention(bookingId: string): Promise<Progress>;
};

/** Rendering, storage and the signing provider: up to seconds. */
export type DocumentEffects = {
  createAgreement(bookingId: string): Promise<Progress>;
  sendEnvelope(bookingId: string): Promise<Progress>;
  voidEnvelope(bookingId: string): Promise<Progress>;
  collectSigned(bookingId: string): Promise<Progress>;
};

export type MailEffects = {
  /** All of them, whatever becomes of the others; fails when one did not leave, and sends no other again when it is repeated. */
  sendMails(messageIds: readonly string[]): Promise<void>;
  /** One; asked for by bookings that began before they were sent together. */
  sendMail(messageId: string): Promise<void>;
};
export type HousekeepingEffects = { sweep(): Promise<void> };
export type Effects = QuickEffects & DocumentEffects & MailEffects & HousekeepingEffects;

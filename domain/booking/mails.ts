import type { BookingStatus, NdaStatus } from './states.ts';

/** Every mail about a booking, by the event that it tells of. */
export const bookingMailKinds = [
  'hold_placed',
  'booking_confirmed',
  'booking_canceled',
  'booking_rescheduled',
  'hold_expired',
  'booking_declined',
  'late_signature_taken',
  'reminder',
  'signing_code',
  'move_to_sign',
  'move_ended',
] as const;
export type BookingMailKind = (typeof bookingMailKinds)[number];

export const mailStatuses = [
  'requested',
  'sent',
  'failed',
  'bounced',
  'complained',
  'delivered',
  'superseded',
] as const;
export type MailStatus = (typeof mailStatuses)[number];

/** A mail that was asked for; `sequence` is the booking's at that moment. */
export type AskedMail = { kind: BookingMailKind; sequence: number };

/** What deciding about mails needs to know of a booking. `moving`: another time is held until the NDA is signed anew. */
export type MailFacts = {
  status: BookingStatus;
  ndaStatus: NdaStatus;
  startsAt: Date;
  sequence: number;
  moving: boolean;
};

/**
 * Whether what a mail says is so, now. One that waits (a mail server is down) and is overtaken meanwhile must not leave late: a confirmation
 * of a meeting that was canceled, a link to sign for a hold that is over, the invite for a time that was left again.
 */
export function isStillTrue(mail: AskedMail, booking: MailFacts, now: Date): boolean {
  const { status } = booking;
  const isNewest = mail.sequence === booking.sequence;
  switch (mail.kind) {
    case 'hold_placed':
      return status === 'held' && booking.ndaStatus === 'sent';
    case 'signing_code':
      return booking.ndaStatus === 'sent';
    case 'booking_confirmed':
    case 'booking_rescheduled':
      return isNewest && (status === 'confirmed' || status === 'completed' || status === 'no_show');
    case 'reminder':
      return isNewest && status === 'confirmed' && now < booking.startsAt;
    case 'booking_canceled':
      return status === 'canceled' || status === 'released';
    case 'hold_expired':
      return status === 'expired';
    case 'booking_declined':
      return status === 'declined';
    case 'late_signature_taken':
      return status === 'displaced';
    case 'move_to_sign':
      return booking.moving && booking.ndaStatus === 'sent';
    case 'move_ended':
      return isNewest && !booking.moving && (status === 'confirmed' || status === 'displaced');
  }
}

/** Of use at their moment only: the mail worth having again is the one that came before them. */
const passingKinds: ReadonlySet<BookingMailKind> = new Set(['reminder', 'signing_code', 'move_ended']);

/**
 * The mail that sending again means: the newest that has left (or came back) and still says what is so, never a dead link. One that waits
 * to leave is not sent a second time: it leaves by itself.
 */
export function mailToRepeat<M extends AskedMail & { status: MailStatus }>(
  mails: readonly M[],
  booking: MailFacts,
  now: Date,
): M | null {
  const hasLeft = ({ status }: M) => status !== 'requested' && status !== 'superseded';
  return (
    mails.findLast((mail) => hasLeft(mail) && !passingKinds.has(mail.kind) && isStillTrue(mail, booking, now)) ?? null
  );
}

/** A later word about a mail counts when it says more: a complaint follows a delivery, a delivery never undoes a bounce. */
const weight: Readonly<Record<MailStatus, number>> = {
  superseded: 5,
  complained: 4,
  bounced: 3,
  failed: 3,
  delivered: 2,
  sent: 1,
  requested: 0,
};

export function saysMore(news: MailStatus, known: MailStatus): boolean {
  return weight[news] > weight[known];
}

/** States in which the guest can still be expected to read what is sent to them. */
export function needsAddress(status: BookingStatus): boolean {
  return status === 'held' || status === 'confirmed' || status === 'displaced';
}

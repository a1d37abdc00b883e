/** What each mail needs to be written. Instants are Dates, shown in the recipient's zone; links are http or https. */

type Recipient = {
  recipientName: string;
  organizationName: string;
  /** BCP 47, for example `de-AT`: chooses the language and how times are written. Unknown languages get English. */
  locale: string;
};

type AboutMeeting = Recipient & {
  meetingTitle: string;
  startsAt: Date;
  endsAt: Date;
  /** The recipient's IANA zone. */
  timeZone: string;
  /** A clock of 12 or 24 hours, where the recipient chose one; default is what the locale is used to. */
  hourCycle?: 'h12' | 'h23';
  location: string | null;
  hostName: string;
  guestName: string;
};

type AboutConfirmed = AboutMeeting & { hasNda: boolean; bookingUrl: string };
type ToGuest = { rescheduleUrl: string | null; cancelUrl: string | null };
type Calendars = { addToCalendar: { google: string; outlook: string } | null };
type Canceled = { canceledBy: 'guest' | 'host' | 'organization'; reason: string | null };
type Moved = { previousStartsAt: Date };
export type MemberRole = 'OWNER' | 'ADMIN' | 'MEMBER';
type Renewal = { newStartsAt: Date };
export type MoveEnd = 'expired' | 'declined' | 'released';
type ShortLived = { expiresInMinutes: number };

export type SecurityChange =
  | 'password_changed'
  | 'two_factor_on'
  | 'two_factor_off'
  | 'recovery_codes_renewed'
  | 'api_key_created'
  | 'log_in_linked'
  | 'log_in_unlinked';

export type MailData = {
  hold_placed: AboutMeeting & { holdExpiresAt: Date; signingUrl: string; cancelUrl: string | null };
  booking_confirmed_guest: AboutConfirmed & ToGuest & Calendars;
  booking_confirmed_host: AboutConfirmed & { guestEmail: string };
  booking_canceled_guest: AboutMeeting & Canceled & { bookingPageUrl: string };
  booking_canceled_host: AboutMeeting & Canceled & { guestEmail: string; bookingUrl: string };
  booking_rescheduled_guest: AboutConfirmed & ToGuest & Calendars & Moved;
  booking_rescheduled_host: AboutConfirmed & Moved & { guestEmail: string };
  /** Another time is held until the NDA is signed anew; the meeting stays at `startsAt` until then. */
  move_to_sign_guest: AboutMeeting &
    Renewal & { signingUrl: string; bookingUrl: string; isAskedByHost: boolean; holdExpiresAt: Date };
  move_to_sign_host: AboutMeeting & Renewal & { guestEmail: string; bookingUrl: string; holdExpiresAt: Date };
  /** The meeting stays at `startsAt`; `newStartsAt` is free again. */
  move_ended_guest: AboutMeeting & Renewal & { why: MoveEnd; bookingUrl: string };
  move_ended_host: AboutMeeting & Renewal & { why: MoveEnd; guestEmail: string; bookingUrl: string };
  hold_expired_guest: AboutMeeting & { bookingPageUrl: string };
  /** The guest read the NDA and did not sign; `reason` in the guest's words. */
  booking_declined_host: AboutMeeting & { guestEmail: string; reason: string | null; bookingUrl: string };
  /** The signature came after the hold had ended, and the time had gone to somebody else. */
  late_signature_taken_guest: AboutMeeting & { rescheduleUrl: string };
  late_signature_taken_host: AboutMeeting & { guestEmail: string; bookingUrl: string };
  reminder_guest: AboutConfirmed & ToGuest;
  reminder_host: AboutConfirmed & { guestEmail: string };
  verify_email: Recipient & ShortLived & { verifyUrl: string };
  reset_password: Recipient & ShortLived & { resetUrl: string };
  /** Something about the ways into an account changed. */
  security_notice: Recipient & { change: SecurityChange; accountUrl: string };
  invitation: Recipient & { inviterName: string; role: MemberRole; expiresInDays: number; invitationUrl: string };
  role_changed: Recipient & { role: MemberRole; dashboardUrl: string };
  /** Somebody was taken out of the organization. */
  membership_ended: Recipient;
  /** The one-time code that shows that the signer reads the mail of the address. */
  signing_code: Recipient & ShortLived & { code: string; documentTitle: string; hostName: string };
};

export type MailKind = keyof MailData;
export type MeetingMailKind = { [K in MailKind]: MailData[K] extends AboutMeeting ? K : never }[MailKind];
export type AccountMailKind = Exclude<MailKind, MeetingMailKind>;
export type MeetingMailData = AboutMeeting;
export type AnyMailData = Recipient;

export const mailKinds = [
  'hold_placed',
  'booking_confirmed_guest',
  'booking_confirmed_host',
  'booking_canceled_guest',
  'booking_canceled_host',
  'booking_rescheduled_guest',
  'booking_rescheduled_host',
  'move_to_sign_guest',
  'move_to_sign_host',
  'move_ended_guest',
  'move_ended_host',
  'hold_expired_guest',
  'booking_declined_host',
  'late_signature_taken_guest',
  'late_signature_taken_host',
  'reminder_guest',
  'reminder_host',
  'verify_email',
  'reset_password',
  'security_notice',
  'invitation',
  'role_changed',
  'membership_ended',
  'signing_code',
] as const satisfies readonly MailKind[];

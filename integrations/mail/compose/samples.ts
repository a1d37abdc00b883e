import type { MailData, MailKind } from './kinds.ts';

type Samples = { [K in MailKind]: MailData[K] };

const addToCalendar = {
  google: 'https://calendar.google.com/calendar/render?action=TEMPLATE&text=Founder',
  outlook: 'https://outlook.live.com/calendar/0/deeplink/compose?rru=addevent&subject=Founder',
};
const holdExpiresAt = new Date('2026-11-20T08:25:00Z');
const signingUrl = 'https://example.org/b/1/sign';
const previousStartsAt = new Date('2026-11-24T13:30:00Z');
const bookingPageUrl = 'https://example.org/demo/founder-meeting';

/** One example of each mail, for previews and for tests to start from. */
export function sampleMails(locale: string, timeZone: string): Samples {
  const recipient = { recipientName: 'Ada Guest', organizationName: 'Demo Organization', locale };
  const meeting = {
    ...recipient,
    meetingTitle: 'Founder meeting, in person',
    startsAt: new Date('2026-11-25T09:15:00Z'),
    endsAt: new Date('2026-11-25T10:00:00Z'),
    timeZone,
    location: 'Main Street 1, Riga\n3rd floor, ring the bell',
    hostName: 'Demo Host',
    guestName: 'Ada Guest',
  };
  const toHost = {
    ...meeting,
    recipientName: 'Demo Host',
    guestEmail: 'guest@example.com',
    bookingUrl: 'https://example.org/dashboard/bookings/1',
  };
  const toGuest = {
    ...meeting,
    bookingUrl: 'https://example.org/b/1',
    rescheduleUrl: 'https://example.org/b/1/reschedule',
    cancelUrl: 'https://example.org/b/1/cancel',
  };
  return {
    hold_placed: { ...meeting, holdExpiresAt, signingUrl, cancelUrl: toGuest.cancelUrl },
    booking_confirmed_guest: { ...toGuest, hasNda: true, addToCalendar },
    booking_confirmed_host: { ...toHost, hasNda: true },
    booking_canceled_guest: { ...meeting, canceledBy: 'host', reason: 'I fell ill, sorry.', bookingPageUrl },
    booking_canceled_host: { ...toHost, canceledBy: 'guest', reason: null },
    booking_rescheduled_guest: { ...toGuest, hasNda: true, addToCalendar, previousStartsAt },
    booking_rescheduled_host: { ...toHost, hasNda: true, previousStartsAt },
    ...sampleMoves(toGuest, toHost),
    hold_expired_guest: { ...meeting, bookingPageUrl },
    booking_declined_host: { ...toHost, reason: 'needs our lawyer' },
    late_signature_taken_guest: { ...meeting, rescheduleUrl: 'https://example.org/b/1/reschedule' },
    late_signature_taken_host: toHost,
    reminder_guest: { ...toGuest, hasNda: true },
    reminder_host: { ...toHost, hasNda: true },
    verify_email: {
      ...recipient,
      recipientName: 'Demo Host',
      expiresInMinutes: 60,
      verifyUrl: 'https://example.org/verify-email/abc',
    },
    reset_password: {
      ...recipient,
      recipientName: 'Demo Host',
      expiresInMinutes: 30,
      resetUrl: 'https://example.org/reset-password/abc',
    },
    security_notice: {
      ...recipient,
      recipientName: 'Demo Host',
      change: 'two_factor_on',
      accountUrl: 'https://example.org/dashboard/account',
    },
    invitation: {
      ...recipient,
      recipientName: '',
      inviterName: 'Demo Host',
      role: 'ADMIN',
      expiresInDays: 7,
      invitationUrl: 'https://example.org/invitation#abc',
    },
    role_changed: { ...recipient, role: 'OWNER', dashboardUrl: 'https://example.org/dashboard' },
    membership_ended: recipient,
    signing_code: {
      ...recipient,
      expiresInMinutes: 10,
      code: '482913',
      documentTitle: 'Mutual non-disclosure agreement',
      hostName: 'Demo Host',
    },
  };
}

type Moves = Pick<Samples, 'move_to_sign_guest' | 'move_to_sign_host' | 'move_ended_guest' | 'move_ended_host'>;
type About<K extends MailKind> = Omit<MailData[K], 'newStartsAt' | 'why'>;

/** A move that waits for a signature, and how it may end. */
function sampleMoves(toGuest: About<'move_ended_guest'>, toHost: About<'move_ended_host'>): Moves {
  const newStartsAt = new Date('2026-11-26T13:30:00Z');
  return {
    move_to_sign_guest: {
      ...toGuest,
      newStartsAt,
      holdExpiresAt,
      signingUrl,
      isAskedByHost: false,
    },
    move_to_sign_host: { ...toHost, newStartsAt, holdExpiresAt },
    move_ended_guest: { ...toGuest, newStartsAt, why: 'expired' },
    move_ended_host: { ...toHost, newStartsAt, why: 'declined' },
  };
}

import { z } from 'zod';
import type { BookingContext } from '#db/queries/booking-context.ts';
import type { ChangeWording } from '#db/queries/change-requests.ts';
import type { WaitingMail } from '#db/queries/messages.ts';
import { pendingMoveOf } from '#domain/booking/moves.ts';
import { addToCalendarLinks } from '#integrations/calendar-invite/add-to-calendar.ts';
import { createInvite, inviteUid } from '#integrations/calendar-invite/invite.ts';
import { composeMail, type ComposedMail } from '#integrations/mail/compose/compose.ts';
import type { OutgoingMail } from '#integrations/mail/mailer.ts';
import type { Parts } from './parts.ts';

type Subject = { parts: Parts; mail: WaitingMail; context: BookingContext; wording: ChangeWording; now: Date };

/** One mail about a booking: text in the recipient's language and zone, the invite where the calendar must follow. */
export function bookingMail(subject: Subject): Omit<OutgoingMail, 'attachments'> {
  const { parts, mail, context } = subject;
  const toGuest = mail.recipient === 'guest';
  const guest = { name: context.guest.name, address: context.guest.email };
  const host = { name: context.host.displayName, address: context.host.email };
  const invite = inviteOf(subject);
  return {
    ...textOf(subject),
    messageKey: mail.id,
    from: { name: `${context.host.displayName}, ${context.organization.name}`, address: parts.mailFrom.address },
    replyTo: toGuest ? host : guest,
    to: toGuest ? guest : host,
    ...(invite && { invite }),
  };
}

function textOf(subject: Subject): ComposedMail {
  const { mail, context, wording, parts } = subject;
  const about = aboutMeeting(subject);
  const links = linksOf(parts, context);
  const confirmed = { ...about, hasNda: hasSignedNda(context.booking), bookingUrl: links.bookingUrl };
  const toHost = { guestEmail: context.guest.email, bookingUrl: links.hostBookingUrl };
  const change = { rescheduleUrl: links.bookingUrl, cancelUrl: links.bookingUrl };
  const canceled = {
    canceledBy: wording.by === 'guest' || wording.by === 'host' ? wording.by : ('organization' as const),
    reason: wording.reason,
  };
  const move = pendingMoveOf(context.booking);
  const moved = { previousStartsAt: wording.previousStartsAt ?? about.startsAt };
  const calendars = { addToCalendar: calendarLinks(subject) };
  const isGuest = mail.recipient === 'guest';
  switch (mail.kind) {
    case 'hold_placed':
      return composeMail('hold_placed', {
        ...about,
        holdExpiresAt: context.booking.holdExpiresAt ?? context.booking.startsAt,
        signingUrl: links.signingUrl,
        cancelUrl: links.bookingUrl,
      });
    case 'booking_confirmed':
      return isGuest
        ? composeMail('booking_confirmed_guest', { ...confirmed, ...change, ...calendars })
        : composeMail('booking_confirmed_host', { ...confirmed, ...toHost });
    case 'booking_canceled':
      return isGuest
        ? composeMail('booking_canceled_guest', { ...about, ...canceled, bookingPageUrl: links.bookingPageUrl })
        : composeMail('booking_canceled_host', { ...about, ...canceled, ...toHost });
    case 'booking_rescheduled':
      return isGuest
        ? composeMail('booking_rescheduled_guest', { ...confirmed, ...change, ...calendars, ...moved })
        : composeMail('booking_rescheduled_host', { ...confirmed, ...moved, ...toHost });
    case 'move_to_sign': {
      const to = { newStartsAt: move?.startsAt ?? about.startsAt, holdExpiresAt: move?.expiresAt ?? about.startsAt };
      return isGuest
        ? composeMail('move_to_sign_guest', { ...about, ...to, ...links, isAskedByHost: move?.by === 'host' })
        : composeMail('move_to_sign_host', { ...about, ...to, ...toHost });
    }
    case 'move_ended': {
      const ended = { newStartsAt: wording.moveEnded?.to ?? about.startsAt, why: wording.moveEnded?.why ?? 'released' };
      return isGuest
        ? composeMail('move_ended_guest', { ...about, ...ended, bookingUrl: links.bookingUrl })
        : composeMail('move_ended_host', { ...about, ...ended, ...toHost });
    }
    case 'hold_expired':
      return composeMail('hold_expired_guest', { ...about, bookingPageUrl: links.bookingPageUrl });
    case 'booking_declined':
      return composeMail('booking_declined_host', { ...about, ...toHost, reason: wording.declineReason });
    case 'late_signature_taken':
      return isGuest
        ? composeMail('late_signature_taken_guest', { ...about, rescheduleUrl: links.bookingUrl })
        : composeMail('late_signature_taken_host', { ...about, ...toHost });
    case 'reminder':
      return isGuest
        ? composeMail('reminder_guest', { ...confirmed, ...change })
        : composeMail('reminder_host', { ...confirmed, ...toHost });
    case 'signing_code':
      return composeMail('signing_code', { ...about, ...codeOf(subject) });
  }
}

/** Also while another one waits to be signed for another time: the one before stays good until then. */
function hasSignedNda({ ndaStatus, ndaRound }: BookingContext['booking']): boolean {
  return ndaStatus === 'completed' || ndaRound > 0;
}

function aboutMeeting({ mail, context }: Subject) {
  const { booking, guest, host, organization, meetingType } = context;
  const isGuest = mail.recipient === 'guest';
  return {
    recipientName: isGuest ? guest.name : host.displayName,
    organizationName: organization.name,
    locale: isGuest ? guest.locale : host.locale,
    timeZone: isGuest ? guest.timeZone : host.timeZone,
    meetingTitle: meetingType.title,
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    location: meetingType.location || null,
    hostName: host.displayName,
    guestName: guest.name,
  };
}

/** The secret token stands in the fragment: it reaches no log and no referrer. */
export function linksOf(parts: Pick<Parts, 'publicUrl' | 'cipher'>, { booking, host, meetingType }: BookingContext) {
  const token = parts.cipher.guestToken(booking.id);
  return {
    bookingUrl: `${parts.publicUrl}/my-booking#${token}`,
    signingUrl: `${parts.publicUrl}/my-booking/sign#${token}`,
    bookingPageUrl: `${parts.publicUrl}/${host.slug}/${meetingType.slug}`,
    hostBookingUrl: `${parts.publicUrl}/dashboard/bookings/${booking.id}`,
  };
}

const code = z.object({ code: z.string(), expiresInMinutes: z.number(), documentTitle: z.string() });

function codeOf({ parts, mail }: Subject): z.infer<typeof code> {
  if (mail.payload === null) throw new Error(`Message ${mail.id} has no code to tell.`);
  return code.parse(JSON.parse(parts.cipher.open(Buffer.from(mail.payload, 'hex'), 'message.payload')));
}

function calendarLinks({ context }: Subject) {
  const { google, outlook } = addToCalendarLinks(calendarEntry(context));
  return { google, outlook };
}

function calendarEntry({ booking, meetingType, host, guest }: BookingContext) {
  return {
    summary: `${meetingType.title}: ${host.displayName} and ${guest.name}`,
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    location: meetingType.location || null,
    description: '',
  };
}

const inviteKinds: Readonly<Record<string, 'REQUEST' | 'CANCEL'>> = {
  booking_confirmed: 'REQUEST',
  booking_rescheduled: 'REQUEST',
  booking_canceled: 'CANCEL',
};

function inviteOf(subject: Subject): OutgoingMail['invite'] | null {
  const { mail, context, parts, now } = subject;
  const method = inviteKinds[mail.kind];
  // A hold that never became a booking is in nobody's calendar: there is nothing to cancel.
  if (!method || (method === 'CANCEL' && !context.booking.confirmedAt)) return null;
  return { method, content: inviteText(parts, context, method, now) };
}

/** The invite of a booking, as mailed and as downloaded. */
export function inviteText(
  parts: Pick<Parts, 'publicUrl' | 'cipher'>,
  context: BookingContext,
  method: 'REQUEST' | 'CANCEL' | 'PUBLISH',
  now: Date,
): string {
  const { booking, guest, host } = context;
  const entry = calendarEntry(context);
  return createInvite({
    uid: inviteUid(booking.id, new URL(parts.publicUrl).hostname),
    sequence: booking.sequence,
    method,
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    summary: entry.summary,
    description: `${parts.publicUrl}/my-booking`,
    location: entry.location,
    organizer: { name: host.displayName, email: host.email },
    attendees: [{ name: guest.name, email: guest.email, participation: 'accepted' }],
    url: null,
    createdAt: booking.createdAt,
    now,
  });
}

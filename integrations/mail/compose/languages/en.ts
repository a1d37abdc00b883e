import type { MemberRole, MoveEnd } from '../kinds.ts';
import type { Language } from './language.ts';

const attached = (hasNda: boolean): string =>
  hasNda
    ? 'The signed NDA and the invitation for your calendar are attached.'
    : 'The invitation for your calendar is attached.';

const roles: Record<MemberRole, string> = { OWNER: 'an owner', ADMIN: 'an admin', MEMBER: 'a member' };

const moveEnded: Record<MoveEnd, string> = {
  expired: 'The NDA for the new time was not signed in time.',
  declined: 'The NDA for the new time was not signed.',
  released: 'The new time was given up.',
};

export const en: Language = {
  code: 'en',
  greeting: (name) => (name === '' ? 'Hello,' : `Hello ${name},`),
  footer: (organization) =>
    `You get this mail because of a booking or an account at ${organization}. Sent with Countersign.`,
  chips: {
    held: 'Held',
    confirmed: 'Confirmed',
    moved: 'Moved',
    stays: 'Not moved',
    canceled: 'Canceled',
    expired: 'Expired',
    declined: 'Declined',
    taken: 'Time taken',
  },
  rows: {
    when: 'When',
    before: 'Before',
    newTime: 'New time',
    freeAgain: 'Free again',
    heldUntil: 'Held until',
    where: 'Where',
    host: 'With',
    guest: 'Guest',
    nda: 'NDA',
    reason: 'Reason',
  },
  ndaSigned: 'Signed, attached as PDF',
  actions: {
    sign: 'Read and sign the NDA',
    viewBooking: 'View your booking',
    openBooking: 'Open the booking',
    chooseAgain: 'Choose a time again',
    chooseAnother: 'Choose another time',
    verify: 'Confirm my address',
    resetPassword: 'Choose a new password',
    openAccount: 'Open the account',
    seeInvitation: 'See the invitation',
    openDashboard: 'To the dashboard',
  },
  links: {
    reschedule: 'Choose another time',
    cancel: 'Cancel the meeting',
    letGo: 'Let this time go',
    google: 'Add to Google Calendar',
    outlook: 'Add to Outlook',
  },
  meetings: {
    hold_placed: (data, times) => ({
      subject: `Sign to keep ${times.short}: ${data.meetingTitle}`,
      heading: 'Your time is held',
      paragraphs: [
        `${times.short} is yours until ${times.other}. Read the NDA and sign it before then, and the meeting with ${data.hostName} is confirmed.`,
        'If you do nothing, the time becomes free again.',
      ],
    }),
    booking_confirmed_guest: (data, times) => ({
      subject: `Confirmed: ${data.meetingTitle}, ${times.short}`,
      heading: 'Your meeting is confirmed',
      paragraphs: [`${data.hostName} expects you on ${times.date}, at ${times.start}.`, attached(data.hasNda)],
    }),
    booking_confirmed_host: (data, times) => ({
      subject: `Confirmed: ${data.guestName}, ${times.short}`,
      heading: `${data.guestName} is booked`,
      paragraphs: [
        data.hasNda
          ? `${data.guestName} signed the NDA and meets you on ${times.date}, at ${times.start}.`
          : `${data.guestName} meets you on ${times.date}, at ${times.start}.`,
        attached(data.hasNda),
      ],
    }),
    booking_canceled_guest: (data, times) => ({
      subject: `Canceled: ${data.meetingTitle}, ${times.short}`,
      heading: 'The meeting is canceled',
      paragraphs: [
        data.canceledBy === 'guest'
          ? `You canceled the meeting with ${data.hostName}.`
          : `${data.canceledBy === 'host' ? data.hostName : data.organizationName} canceled your meeting.`,
        'Your calendar takes it out when you open the attached notice. You can choose another time whenever you like.',
      ],
    }),
    booking_canceled_host: (data, times) => ({
      subject: `Canceled: ${data.guestName}, ${times.short}`,
      heading: 'The meeting is canceled',
      paragraphs: [
        data.canceledBy === 'host'
          ? `You canceled the meeting with ${data.guestName}.`
          : `${data.canceledBy === 'guest' ? data.guestName : data.organizationName} canceled the meeting.`,
        'The time is free again.',
      ],
    }),
    booking_rescheduled_guest: (data, times) => ({
      subject: `Moved to ${times.short}: ${data.meetingTitle}`,
      heading: 'Your meeting has a new time',
      paragraphs: [
        `${data.hostName} expects you on ${times.date}, at ${times.start}. It was ${times.other} before.`,
        'The attached invitation moves it in your calendar.',
      ],
    }),
    booking_rescheduled_host: (data, times) => ({
      subject: `Moved to ${times.short}: ${data.guestName}`,
      heading: 'The meeting has a new time',
      paragraphs: [
        `${data.guestName} meets you on ${times.date}, at ${times.start}. It was ${times.other} before.`,
        'The attached invitation moves it in your calendar.',
      ],
    }),
    move_to_sign_guest: (data, times) => ({
      subject: `Sign to move to ${times.other}: ${data.meetingTitle}`,
      heading: 'Sign once more, and your meeting moves',
      paragraphs: [
        data.isAskedByHost
          ? `${data.hostName} would like to meet you at ${times.other} instead. The NDA names the time of the meeting, so it is signed anew.`
          : `${times.other} is held for you. The NDA names the time of the meeting, so it is signed anew.`,
        `Sign before ${times.until}, and the meeting moves. Until then, and if you do nothing, it stays at ${times.short}; the NDA that you signed stays good for it.`,
      ],
    }),
    move_to_sign_host: (data, times) => ({
      subject: `Waiting for a signature: ${data.guestName}, to ${times.other}`,
      heading: `${data.guestName} is asked to sign for the new time`,
      paragraphs: [
        `${times.other} is held until ${times.until}. When ${data.guestName} signs the NDA for it, the meeting moves and both of you get a new invitation.`,
        `Until then it stays at ${times.short}.`,
      ],
    }),
    move_ended_guest: (data, times) => ({
      subject: `Not moved: ${data.meetingTitle} stays at ${times.short}`,
      heading: 'Your meeting stays where it was',
      paragraphs: [
        `${moveEnded[data.why]} ${data.hostName} expects you at ${times.short} as before; the NDA that you signed for it stays good.`,
        `${times.other} is free again. You can still choose another time.`,
      ],
    }),
    move_ended_host: (data, times) => ({
      subject: `Not moved: ${data.guestName} stays at ${times.short}`,
      heading: 'The meeting stays where it was',
      paragraphs: [
        `${moveEnded[data.why]} ${data.guestName} meets you at ${times.short} as before, with the NDA that is signed for it.`,
        `${times.other} is free again.`,
      ],
    }),
    hold_expired_guest: (data, times) => ({
      subject: `No longer held: ${data.meetingTitle}, ${times.short}`,
      heading: 'Your time is no longer held',
      paragraphs: [
        `The NDA was not signed in time, so ${times.short} with ${data.hostName} is free for others again.`,
        'Nothing is lost: choose a time again, it may well be the same one.',
      ],
    }),
    booking_declined_host: (data, times) => ({
      subject: `Not signed: ${data.guestName}, ${times.short}`,
      heading: `${data.guestName} did not sign`,
      paragraphs: [
        `${data.guestName} read the NDA and decided not to sign it.`,
        'No meeting was booked; the time is free again.',
      ],
    }),
    late_signature_taken_guest: (data, times) => ({
      subject: `Please choose another time: ${data.meetingTitle}`,
      heading: 'Signed, but the time was just taken',
      paragraphs: [
        `Your signature is in, thank you. It came after the hold had ended, and ${times.short} had gone to somebody else.`,
        'Choose another time: what you signed stays valid, and you do not sign again.',
      ],
    }),
    late_signature_taken_host: (data, times) => ({
      subject: `Signed late: ${data.guestName}, ${times.short}`,
      heading: `${data.guestName} signed, but the time was taken`,
      paragraphs: [
        `The signature came after the hold had ended, and ${times.short} had gone to somebody else.`,
        `We asked ${data.guestName} to choose another time; there is nothing for you to do.`,
      ],
    }),
    reminder_guest: (data, times) => ({
      subject: `Reminder: ${data.meetingTitle}, ${times.short}`,
      heading: 'Your meeting is coming up',
      paragraphs: [`${data.hostName} expects you on ${times.date}, at ${times.start}.`],
    }),
    reminder_host: (data, times) => ({
      subject: `Reminder: ${data.guestName}, ${times.short}`,
      heading: 'Your meeting is coming up',
      paragraphs: [`${data.guestName} meets you on ${times.date}, at ${times.start}.`],
    }),
  },
  securityChanges: {
    password_changed: 'Your password was changed',
    two_factor_on: 'Two-factor log-in was turned on',
    two_factor_off: 'Two-factor log-in was turned off',
    recovery_codes_renewed: 'New recovery codes were made',
    api_key_created: 'An API key was made',
    log_in_linked: 'Another way to log in was added',
    log_in_unlinked: 'A way to log in was removed',
  },
  accounts: {
    verify_email: (data) => ({
      subject: 'Confirm your e-mail address',
      heading: 'Is this your address?',
      paragraphs: [
        `Confirm it, and your account at ${data.organizationName} is ready. The link works once, within ${data.expiresInMinutes} minutes.`,
        'If you did not ask for an account, you need do nothing.',
      ],
    }),
    reset_password: (data) => ({
      subject: 'Choose a new password',
      heading: 'A new password',
      paragraphs: [
        `Choose it with the link below. The link works once, within ${data.expiresInMinutes} minutes.`,
        'If you did not ask for this, you need do nothing: your password stays as it is.',
      ],
    }),
    security_notice: (data) => ({
      subject: en.securityChanges[data.change],
      heading: en.securityChanges[data.change],
      paragraphs: [
        'If that was you, you need do nothing.',
        'If it was not, set a new password at once, log out everywhere, and look through the API keys of your account.',
      ],
    }),
    invitation: (data) => ({
      subject: `${data.inviterName} invites you to ${data.organizationName}`,
      heading: `Join ${data.organizationName}`,
      paragraphs: [
        `${data.inviterName} invites you to ${data.organizationName}, as ${roles[data.role]}. People book meetings there, and sign an NDA first where one is asked for.`,
        `The link works once, within ${data.expiresInDays} days. If you do not know ${data.inviterName}, you need do nothing.`,
      ],
    }),
    role_changed: (data) => ({
      subject: `Your role at ${data.organizationName} has changed`,
      heading: `You are now ${roles[data.role]}`,
      paragraphs: [
        `Somebody who manages ${data.organizationName} gave you this role. Log in again: earlier sessions there have ended.`,
      ],
    }),
    membership_ended: (data) => ({
      subject: `You are no longer a member of ${data.organizationName}`,
      heading: 'Your membership has ended',
      paragraphs: [
        `Your booking pages at ${data.organizationName} are offline, and your sessions there have ended. Bookings that were made stay with the organization.`,
        'Your account stays, with every other organization that you belong to.',
      ],
    }),
    signing_code: (data) => ({
      subject: `Your code for signing: ${data.documentTitle}`,
      heading: 'Your code for signing',
      paragraphs: [
        `Type this code where you are signing “${data.documentTitle}” for ${data.hostName}. It works once, within ${data.expiresInMinutes} minutes.`,
        'Give it to nobody. If you are not signing anything, you need do nothing.',
      ],
    }),
  },
};

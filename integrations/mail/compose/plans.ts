import type { Chip, Link, MailContent, Row } from './content.ts';
import type { AccountMailKind, MailData, MailKind, MeetingMailData, MeetingMailKind } from './kinds.ts';
import type { Language } from './languages/language.ts';
import { webLink } from './safe-text.ts';
import { shortTime, showTimes, type Clock } from './times.ts';

/** In which language, and in which region's way of writing times. */
export type Voice = { language: Language; locale: string };
type Plan<K extends MailKind> = (data: MailData[K], voice: Voice) => MailContent;

type MeetingParts = {
  chip: Chip;
  reader: 'guest' | 'host';
  /** A second instant that the sentences speak of, with the row that shows it. */
  other?: { at: Date; row: 'before' | 'newTime' | 'freeAgain' | 'heldUntil' };
  /** Until when that second time is held. */
  until?: Date;
  rows?: Row[];
  action: Link;
  isUrgent?: boolean;
  links?: (Link | null)[];
};

/** What each mail shows beside its sentences: state, rows, the one thing to do, further links. */
export const plans: { [K in MailKind]: Plan<K> } = {
  hold_placed: (data, voice) =>
    meeting('hold_placed', data, voice, {
      chip: { state: 'held', word: voice.language.chips.held },
      reader: 'guest',
      other: { at: data.holdExpiresAt, row: 'heldUntil' },
      action: { label: voice.language.actions.sign, url: data.signingUrl },
      isUrgent: true,
      links: [optionalLink(voice.language.links.letGo, data.cancelUrl)],
    }),
  booking_confirmed_guest: (data, voice) =>
    meeting('booking_confirmed_guest', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.confirmed },
      reader: 'guest',
      rows: ndaRows(data, voice),
      action: { label: voice.language.actions.viewBooking, url: data.bookingUrl },
      links: [...calendarLinks(data, voice), ...changeLinks(data, voice)],
    }),
  booking_confirmed_host: (data, voice) =>
    meeting('booking_confirmed_host', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.confirmed },
      reader: 'host',
      rows: ndaRows(data, voice),
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  booking_canceled_guest: (data, voice) =>
    meeting('booking_canceled_guest', data, voice, {
      chip: { state: 'gone', word: voice.language.chips.canceled },
      reader: 'guest',
      rows: reasonRows(data, voice),
      action: { label: voice.language.actions.chooseAnother, url: data.bookingPageUrl },
    }),
  booking_canceled_host: (data, voice) =>
    meeting('booking_canceled_host', data, voice, {
      chip: { state: 'gone', word: voice.language.chips.canceled },
      reader: 'host',
      rows: reasonRows(data, voice),
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  booking_rescheduled_guest: (data, voice) =>
    meeting('booking_rescheduled_guest', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.moved },
      reader: 'guest',
      other: { at: data.previousStartsAt, row: 'before' },
      rows: ndaRows(data, voice),
      action: { label: voice.language.actions.viewBooking, url: data.bookingUrl },
      links: [...calendarLinks(data, voice), ...changeLinks(data, voice)],
    }),
  booking_rescheduled_host: (data, voice) =>
    meeting('booking_rescheduled_host', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.moved },
      reader: 'host',
      other: { at: data.previousStartsAt, row: 'before' },
      rows: ndaRows(data, voice),
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  move_to_sign_guest: (data, voice) =>
    meeting('move_to_sign_guest', data, voice, {
      chip: { state: 'held', word: voice.language.chips.held },
      reader: 'guest',
      other: { at: data.newStartsAt, row: 'newTime' },
      until: data.holdExpiresAt,
      action: { label: voice.language.actions.sign, url: data.signingUrl },
      isUrgent: true,
      links: [{ label: voice.language.links.letGo, url: data.bookingUrl }],
    }),
  move_to_sign_host: (data, voice) =>
    meeting('move_to_sign_host', data, voice, {
      chip: { state: 'held', word: voice.language.chips.held },
      reader: 'host',
      other: { at: data.newStartsAt, row: 'newTime' },
      until: data.holdExpiresAt,
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  move_ended_guest: (data, voice) =>
    meeting('move_ended_guest', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.stays },
      reader: 'guest',
      other: { at: data.newStartsAt, row: 'freeAgain' },
      action: { label: voice.language.actions.viewBooking, url: data.bookingUrl },
    }),
  move_ended_host: (data, voice) =>
    meeting('move_ended_host', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.stays },
      reader: 'host',
      other: { at: data.newStartsAt, row: 'freeAgain' },
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  hold_expired_guest: (data, voice) =>
    meeting('hold_expired_guest', data, voice, {
      chip: { state: 'gone', word: voice.language.chips.expired },
      reader: 'guest',
      action: { label: voice.language.actions.chooseAgain, url: data.bookingPageUrl },
    }),
  booking_declined_host: (data, voice) =>
    meeting('booking_declined_host', data, voice, {
      chip: { state: 'gone', word: voice.language.chips.declined },
      reader: 'host',
      rows: reasonRows(data, voice),
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  late_signature_taken_guest: (data, voice) =>
    meeting('late_signature_taken_guest', data, voice, {
      chip: { state: 'gone', word: voice.language.chips.taken },
      reader: 'guest',
      action: { label: voice.language.actions.chooseAnother, url: data.rescheduleUrl },
      isUrgent: true,
    }),
  late_signature_taken_host: (data, voice) =>
    meeting('late_signature_taken_host', data, voice, {
      chip: { state: 'gone', word: voice.language.chips.taken },
      reader: 'host',
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  reminder_guest: (data, voice) =>
    meeting('reminder_guest', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.confirmed },
      reader: 'guest',
      action: { label: voice.language.actions.viewBooking, url: data.bookingUrl },
      links: changeLinks(data, voice),
    }),
  reminder_host: (data, voice) =>
    meeting('reminder_host', data, voice, {
      chip: { state: 'confirmed', word: voice.language.chips.confirmed },
      reader: 'host',
      action: { label: voice.language.actions.openBooking, url: data.bookingUrl },
    }),
  verify_email: (data, voice) =>
    account('verify_email', data, voice, { action: { label: voice.language.actions.verify, url: data.verifyUrl } }),
  reset_password: (data, voice) =>
    account('reset_password', data, voice, {
      action: { label: voice.language.actions.resetPassword, url: data.resetUrl },
    }),
  security_notice: (data, voice) =>
    account('security_notice', data, voice, {
      action: { label: voice.language.actions.openAccount, url: data.accountUrl },
    }),
  invitation: (data, voice) =>
    account('invitation', data, voice, {
      action: { label: voice.language.actions.seeInvitation, url: data.invitationUrl },
    }),
  role_changed: (data, voice) =>
    account('role_changed', data, voice, {
      action: { label: voice.language.actions.openDashboard, url: data.dashboardUrl },
    }),
  membership_ended: (data, voice) => account('membership_ended', data, voice, {}),
  signing_code: (data, voice) => account('signing_code', data, voice, { code: data.code }),
};

function meeting<K extends MeetingMailKind>(
  kind: K,
  data: MailData[K],
  voice: Voice,
  parts: MeetingParts,
): MailContent {
  const { language } = voice;
  const about: MeetingMailData = data;
  const clock = clockOf(about, voice);
  const times = showTimes(about.startsAt, about.endsAt, clock);
  const other = parts.other === undefined ? '' : shortTime(parts.other.at, clock);
  const until = parts.until === undefined ? '' : shortTime(parts.until, clock);
  return {
    ...frame(about, voice),
    ...language.meetings[kind](data, { ...times, other, until }),
    chip: parts.chip,
    code: null,
    facts: [
      { label: language.rows.when, lines: [times.date, times.range, times.zone], strongLines: 2 },
      ...(parts.other === undefined ? [] : [{ label: language.rows[parts.other.row], lines: [other] }]),
      ...(parts.until === undefined ? [] : [{ label: language.rows.heldUntil, lines: [until] }]),
      ...(about.location === null ? [] : [{ label: language.rows.where, lines: about.location.split('\n') }]),
      personRow(data, voice, parts.reader),
      ...(parts.rows ?? []),
    ],
    action: safeLink(parts.action),
    isUrgent: parts.isUrgent ?? false,
    links: (parts.links ?? []).filter((link) => link !== null).map(safeLink),
  };
}

function account<K extends AccountMailKind>(
  kind: K,
  data: MailData[K],
  voice: Voice,
  parts: { action?: Link; code?: string },
): MailContent {
  return {
    ...frame(data, voice),
    ...voice.language.accounts[kind](data),
    chip: null,
    code: parts.code ?? null,
    facts: [],
    action: parts.action === undefined ? null : safeLink(parts.action),
    isUrgent: false,
    links: [],
  };
}

function frame(data: { recipientName: string; organizationName: string }, voice: Voice) {
  return {
    language: voice.language.code,
    organizationName: data.organizationName,
    greeting: voice.language.greeting(data.recipientName),
    footer: voice.language.footer(data.organizationName),
  };
}

function clockOf(data: MeetingMailData, voice: Voice): Clock {
  const { timeZone, hourCycle } = data;
  return { locale: voice.locale, timeZone, ...(hourCycle === undefined ? {} : { hourCycle }) };
}

function personRow(data: MeetingMailData & { guestEmail?: string }, voice: Voice, reader: 'guest' | 'host'): Row {
  const { rows } = voice.language;
  if (reader === 'guest') return { label: rows.host, lines: [data.hostName, data.organizationName] };
  return { label: rows.guest, lines: [data.guestName, ...(data.guestEmail === undefined ? [] : [data.guestEmail])] };
}

function ndaRows(data: { hasNda: boolean }, { language }: Voice): Row[] {
  return data.hasNda ? [{ label: language.rows.nda, lines: [language.ndaSigned] }] : [];
}

function reasonRows(data: { reason: string | null }, { language }: Voice): Row[] {
  return data.reason === null || data.reason === '' ? [] : [{ label: language.rows.reason, lines: [data.reason] }];
}

function changeLinks(data: { rescheduleUrl: string | null; cancelUrl: string | null }, { language }: Voice) {
  return [
    optionalLink(language.links.reschedule, data.rescheduleUrl),
    optionalLink(language.links.cancel, data.cancelUrl),
  ];
}

function calendarLinks(data: MailData['booking_confirmed_guest'], { language }: Voice) {
  return [
    optionalLink(language.links.google, data.addToCalendar?.google ?? null),
    optionalLink(language.links.outlook, data.addToCalendar?.outlook ?? null),
  ];
}

function optionalLink(label: string, url: string | null): Link | null {
  return url === null ? null : { label, url };
}

function safeLink(link: Link): Link {
  return { label: link.label, url: webLink(link.url) };
}

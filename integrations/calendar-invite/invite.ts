import { calendarAddress, commonName, foldLine, textValue, utcDateTime } from './content-line.ts';

export type InviteMethod = 'REQUEST' | 'CANCEL' | 'PUBLISH';
export type InvitePerson = { name: string; email: string };
export type InviteAttendee = InvitePerson & {
  /** A guest who booked has accepted already; default `accepted`. */
  participation?: 'needs_action' | 'accepted' | 'declined' | 'tentative';
};

export type InviteInput = {
  /** Stable for the life of the booking: see `inviteUid`. */
  uid: string;
  /** Rises with each change of time, place or state (RFC 5546, 2.1.4). */
  sequence: number;
  /** The MIME part that carries the invite must say the same method, or Outlook shows plain text. */
  method: InviteMethod;
  startsAt: Date;
  endsAt: Date;
  summary: string;
  description: string;
  location: string | null;
  organizer: InvitePerson;
  attendees: readonly InviteAttendee[];
  /** Where the booking is looked at or changed; http or https. */
  url: string | null;
  /** Default `confirmed`; a CANCEL is `cancelled` whatever is said here. */
  status?: 'confirmed' | 'tentative';
  createdAt: Date;
  now: Date;
  /** Minutes before the start. */
  reminderMinutes?: readonly number[];
};

const participationStatus = {
  needs_action: 'NEEDS-ACTION',
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  tentative: 'TENTATIVE',
} as const;

/** `<bookingId>@<host domain>`, the form that RFC 7986, 5.3 suggests: equal for request, change and cancellation. */
export function inviteUid(bookingId: string, hostDomain: string): string {
  return `${bookingId}@${hostDomain}`;
}

/**
 * One event in one iTIP message, CRLF line ends, folded by octets, times in UTC.
 * @throws RangeError on input that no calendar could read: times in the wrong order, a negative sequence, nobody to invite.
 */
export function createInvite(input: InviteInput): string {
  assertReadable(input);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Countersign//Scheduling//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${input.method}`,
    'BEGIN:VEVENT',
    ...eventLines(input),
    ...(input.method === 'CANCEL'
      ? []
      : (input.reminderMinutes ?? []).flatMap((minutes) => alarmLines(input, minutes))),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.map(foldLine).join('\r\n')}\r\n`;
}

function eventLines(input: InviteInput): string[] {
  return [
    `UID:${textValue(input.uid)}`,
    `SEQUENCE:${input.sequence}`,
    `DTSTAMP:${utcDateTime(input.now)}`,
    `CREATED:${utcDateTime(input.createdAt)}`,
    `LAST-MODIFIED:${utcDateTime(input.now)}`,
    `DTSTART:${utcDateTime(input.startsAt)}`,
    `DTEND:${utcDateTime(input.endsAt)}`,
    `SUMMARY:${textValue(input.summary)}`,
    ...(input.description === '' ? [] : [`DESCRIPTION:${textValue(input.description)}`]),
    ...(input.location === null ? [] : [`LOCATION:${textValue(input.location)}`]),
    ...(input.url === null ? [] : [`URL:${webAddress(input.url)}`]),
    `STATUS:${input.method === 'CANCEL' ? 'CANCELLED' : (input.status ?? 'confirmed').toUpperCase()}`,
    `TRANSP:${input.method === 'CANCEL' ? 'TRANSPARENT' : 'OPAQUE'}`,
    `ORGANIZER${commonName(input.organizer.name)}:${calendarAddress(input.organizer.email)}`,
    ...input.attendees.map(attendeeLine),
  ];
}

function attendeeLine(attendee: InviteAttendee): string {
  const participation = attendee.participation ?? 'accepted';
  const parameters = [
    'CUTYPE=INDIVIDUAL',
    'ROLE=REQ-PARTICIPANT',
    `PARTSTAT=${participationStatus[participation]}`,
    `RSVP=${participation === 'needs_action' ? 'TRUE' : 'FALSE'}`,
  ];
  return `ATTENDEE;${parameters.join(';')}${commonName(attendee.name)}:${calendarAddress(attendee.email)}`;
}

function alarmLines(input: InviteInput, minutes: number): string[] {
  return [
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${textValue(input.summary)}`,
    `TRIGGER:-PT${minutes}M`,
    'END:VALARM',
  ];
}

/** The URL parser percent-encodes whatever could end a line. */
function webAddress(url: string): string {
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new RangeError(`An invite links to http or https only, not ${parsed.protocol}`);
  }
  return parsed.href;
}

function assertReadable(input: InviteInput): void {
  const instants = [input.startsAt, input.endsAt, input.createdAt, input.now];
  if (instants.some((instant) => Number.isNaN(instant.getTime())))
    throw new RangeError('An invite needs valid instants');
  if (input.endsAt <= input.startsAt) throw new RangeError('An invite must end after it starts');
  if (!Number.isInteger(input.sequence) || input.sequence < 0) {
    throw new RangeError(`sequence must be a whole number from 0, got ${input.sequence}`);
  }
  if (input.method !== 'PUBLISH' && input.attendees.length === 0) {
    throw new RangeError(`${input.method} needs an attendee (RFC 5546, 3.2)`);
  }
  if ((input.reminderMinutes ?? []).some((minutes) => !Number.isInteger(minutes) || minutes < 0)) {
    throw new RangeError('reminderMinutes must be whole numbers from 0');
  }
}

import type { z } from 'zod';
import type * as contract from '#contract/bookings.ts';
import { needsAddress } from '#domain/booking/mails.ts';
import { needsNewSignature, pendingMoveOf } from '#domain/booking/moves.ts';
import { mayCancel, mayMarkNoShow, mayRelease, mayReschedule, mayUndoNoShow } from '#domain/booking/transitions.ts';
import type { AuditEventRow, AuditRow } from '#db/queries/audit.ts';
import type { BookingContext, TemplateVersion } from '#db/queries/booking-context.ts';
import type { BookingRow, Guest } from '#db/queries/bookings.ts';
import type { DocumentRow } from '#db/queries/documents.ts';
import type { EnvelopeRow } from '#db/queries/envelopes.ts';
import type { SummaryRow } from '#db/queries/host-bookings.ts';
import type { MessageRow } from '#db/queries/messages.ts';

type Json<T extends z.ZodType> = z.input<T>;
export type Snapshot = { now: Date; position: number };

/** A booking with what its guest is told of the people and things around it. */
export type GuestSight = {
  booking: BookingRow;
  guest: Pick<Guest, 'name' | 'email' | 'timeZone' | 'locale'>;
  host: Pick<BookingContext['host'], 'slug' | 'displayName'>;
  organization: Pick<BookingContext['organization'], 'name'>;
  meetingType: BookingContext['meetingType'];
  template: Pick<TemplateVersion, 'renewOnReschedule'> | null;
};

/** What a guest sees of their own booking. */
export function guestBooking(
  context: GuestSight,
  more: { envelope: EnvelopeRow | null; messages: readonly MessageRow[]; documents: readonly DocumentRow[] },
  snapshot: Snapshot,
): Json<typeof contract.GuestBooking> {
  const { booking, guest, host, organization, meetingType } = context;
  return {
    id: booking.id,
    status: booking.status,
    ndaStatus: booking.ndaStatus,
    startsAt: booking.startsAt.toISOString(),
    endsAt: booking.endsAt.toISOString(),
    durationMinutes: minutesBetween(booking.startsAt, booking.endsAt),
    holdExpiresAt: iso(booking.status === 'held' ? booking.holdExpiresAt : null),
    move: presentMove(booking),
    delayed: booking.attention !== null,
    addressFails: booking.addressTrouble !== null && needsAddress(booking.status),
    guest: { name: guest.name, email: guest.email, timeZone: guest.timeZone, locale: guest.locale },
    host: { slug: host.slug, displayName: host.displayName, organizationName: organization.name },
    meetingType: {
      id: meetingType.id,
      slug: meetingType.slug,
      title: meetingType.title,
      location: meetingType.location,
      hasNda: booking.ndaStatus !== 'not_required',
    },
    timeline: timeline(context, more),
    canCancel: mayCancel(booking, 'guest', booking, snapshot.now).allowed,
    canReschedule: mayReschedule(booking, 'guest', booking, snapshot.now).allowed,
    moveAsksForSignature: needsNewSignature(booking, context.template),
    signedDocumentAvailable: more.documents.some((document) => document.kind === 'signed' && isThere(document)),
    sequence: booking.sequence,
    position: snapshot.position,
    serverTime: snapshot.now.toISOString(),
  };
}

function timeline(
  { booking }: GuestSight,
  { envelope, messages }: { envelope: EnvelopeRow | null; messages: readonly MessageRow[] },
): Json<typeof contract.TimelineStep>[] {
  const mailed = messages.find(({ kind, recipient }) => kind === 'booking_confirmed' && recipient === 'guest');
  const nda: Json<typeof contract.TimelineStep>[] = [
    { step: 'nda_sent', at: iso(envelope?.sentAt) },
    { step: 'signed', at: iso(envelope?.signedAt) },
  ];
  return [
    { step: 'held', at: iso(booking.heldAt) },
    ...(booking.ndaStatus === 'not_required' ? [] : nda),
    { step: 'confirmed', at: iso(booking.confirmedAt) },
    { step: 'mailed', at: iso(mailed?.sentAt) },
  ];
}

function presentMove(row: Parameters<typeof pendingMoveOf>[0]): Json<typeof contract.PendingMove> | null {
  const move = pendingMoveOf(row);
  if (!move) return null;
  const { startsAt, endsAt, expiresAt, by } = move;
  return { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), expiresAt: expiresAt.toISOString(), by };
}

export function bookingSummary(row: SummaryRow): Json<typeof contract.HostBookingSummary> {
  return {
    id: row.id,
    status: row.status,
    ndaStatus: row.ndaStatus,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    holdExpiresAt: iso(row.status === 'held' ? row.holdExpiresAt : null),
    move: presentMove(row),
    createdAt: row.createdAt.toISOString(),
    guest: { name: row.guestName, email: row.guestEmail, timeZone: row.guestTimeZone },
    meetingType: { id: row.meetingTypeId, title: row.title, slug: row.slug },
    host: { id: row.hostId, displayName: row.displayName },
    attention: attentionOf(row),
  };
}

/** What a person should look at: a step that keeps failing, or a guest whom no mail reaches. */
function attentionOf(row: SummaryRow): Json<typeof contract.HostBookingSummary>['attention'] {
  if (row.attention) return { ...row.attention, since: (row.attentionSince ?? row.createdAt).toISOString() };
  if (!row.addressTrouble || !needsAddress(row.status)) return null;
  const since = (row.addressTroubleSince ?? row.createdAt).toISOString();
  return { step: 'guest_address', reason: row.addressTrouble, since };
}

/** A booking as its host sees it, with all that belongs to it and what may be done now. */
export function hostBooking(
  context: BookingContext,
  more: {
    envelope: EnvelopeRow | null;
    messages: readonly MessageRow[];
    documents: readonly DocumentRow[];
    declineReason: string | null;
    workflowUrl: string | null;
    /** Whether a mail has left that is still worth having. */
    repeatable: boolean;
    now: Date;
  },
): Json<typeof contract.HostBooking> {
  const { booking, guest, host, meetingType } = context;
  return {
    ...bookingSummary({
      ...booking,
      guestName: guest.name,
      guestEmail: guest.email,
      guestTimeZone: guest.timeZone,
      title: meetingType.title,
      slug: meetingType.slug,
      displayName: host.displayName,
    }),
    note: guest.note,
    answers: guest.answers,
    location: meetingType.location,
    documents: more.documents
      .filter(isThere)
      .map((document) => presentDocument(document, context.template?.version ?? null)),
    messages: more.messages.flatMap(presentMessage),
    envelope: more.envelope && presentEnvelope(more.envelope, more.declineReason),
    moveAsksForSignature: needsNewSignature(booking, context.template),
    workflowUrl: more.workflowUrl,
    allowed: {
      cancel: mayCancel(booking, 'host', booking, more.now).allowed,
      reschedule: mayReschedule(booking, 'host', booking, more.now).allowed,
      release: mayRelease(booking).allowed,
      resend: more.repeatable,
      noShow: mayMarkNoShow(booking, more.now).allowed,
      undoNoShow: mayUndoNoShow(booking).allowed,
      retry: booking.attention !== null,
      correctEmail: needsAddress(booking.status),
    },
  };
}

const isThere = (document: DocumentRow): boolean => document.removedAt === null;

function presentDocument(document: DocumentRow, templateVersion: number | null): Json<typeof contract.DocumentInfo> {
  const { id, kind, sha256, byteLength, mediaType } = document;
  return { id, kind, sha256, byteLength, mediaType, createdAt: document.createdAt.toISOString(), templateVersion };
}

function presentMessage(message: MessageRow): Json<typeof contract.MessageInfo>[] {
  if (message.recipient === 'account') return [];
  const { id, kind, recipient, status, failure } = message;
  return [
    {
      id,
      kind,
      recipient,
      status,
      failure,
      requestedAt: message.requestedAt.toISOString(),
      sentAt: iso(message.sentAt),
      settledAt: iso(message.settledAt),
    },
  ];
}

function presentEnvelope(
  envelope: EnvelopeRow,
  declineReason: string | null,
): Json<typeof contract.HostBooking>['envelope'] {
  const { provider, status } = envelope;
  return { provider, status, sentAt: envelope.sentAt.toISOString(), signedAt: iso(envelope.signedAt), declineReason };
}

export function auditEntry(row: AuditRow): Json<typeof contract.AuditEntry> {
  const { id, action, ip, detail } = row;
  return { id, at: row.at.toISOString(), action, actor: { type: row.actorType, name: row.actorName }, ip, detail };
}

export function auditEvent(row: AuditEventRow): Json<typeof contract.AuditEvent> {
  const { accountId, bookingId, subjectType, subjectId, subjectName } = row;
  const subject = subjectType && subjectId ? { type: subjectType, id: subjectId, name: subjectName } : null;
  return { ...auditEntry(row), accountId, bookingId, subject };
}

const iso = (instant: Date | null | undefined): string | null => instant?.toISOString() ?? null;
const minutesBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 60_000;

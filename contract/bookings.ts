import { z } from 'zod';
import { auditActions, auditSubjects } from '#domain/audit-actions.ts';
import { mailStatuses } from '#domain/booking/mails.ts';
import { bookingStatuses, ndaStatuses } from '#domain/booking/states.ts';
import {
  AskedDuration,
  Cursor,
  Email,
  GuestToken,
  Id,
  Instant,
  Line,
  Locale,
  Page,
  Slug,
  Text,
  TimeZone,
} from './primitives.ts';

export const BookingStatus = z.enum(bookingStatuses);
export const NdaStatus = z.enum(ndaStatuses);

export const GuestDetails = z
  .object({
    name: Line(120),
    email: Email,
    timeZone: TimeZone,
    locale: Locale.default('en'),
    note: Text(1000).default(''),
  })
  .meta({ id: 'GuestDetails' });
export type GuestDetails = z.infer<typeof GuestDetails>;

export const BookingRequest = z
  .object({
    meetingTypeId: Id,
    startsAt: Instant,
    durationMinutes: z.int().min(5).max(1440).optional(),
    guest: GuestDetails,
    /** Answers to the NDA's own variables, by name. */
    answers: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/), Text(500)).default({}),
  })
  .meta({ id: 'BookingRequest' });
export type BookingRequest = z.infer<typeof BookingRequest>;

/** A step of the guest's timeline; `at` null = still to come. */
export const TimelineStep = z
  .object({ step: z.enum(['held', 'nda_sent', 'signed', 'confirmed', 'mailed']), at: Instant.nullable() })
  .meta({ id: 'TimelineStep' });

/** The time that a confirmed booking moves to once its NDA is signed anew; the booking stays where it is until then. */
export const PendingMove = z
  .object({ startsAt: Instant, endsAt: Instant, expiresAt: Instant, by: z.enum(['guest', 'host']) })
  .meta({ id: 'PendingMove' });

/** What the guest sees of their own booking. */
export const GuestBooking = z
  .object({
    id: Id,
    status: BookingStatus,
    ndaStatus: NdaStatus,
    startsAt: Instant,
    endsAt: Instant,
    durationMinutes: z.int(),
    holdExpiresAt: Instant.nullable(),
    move: PendingMove.nullable(),
    /** True while a step behind the scenes is failing: the slot stays the guest's meanwhile. */
    delayed: z.boolean(),
    /** True when mails to the guest's address come back: the page is then the only way to reach them. */
    addressFails: z.boolean(),
    guest: z.object({ name: z.string(), email: Email, timeZone: TimeZone, locale: Locale }),
    host: z.object({ slug: Slug, displayName: z.string(), organizationName: z.string() }),
    meetingType: z.object({ id: Id, slug: Slug, title: z.string(), location: z.string(), hasNda: z.boolean() }),
    timeline: z.array(TimelineStep),
    canCancel: z.boolean(),
    canReschedule: z.boolean(),
    /** True when moving holds the new time for a new signature first, as the NDA's template wants it. */
    moveAsksForSignature: z.boolean(),
    signedDocumentAvailable: z.boolean(),
    sequence: z.int(),
    position: z.int(),
    serverTime: Instant,
  })
  .meta({ id: 'GuestBooking' });
export type GuestBooking = z.infer<typeof GuestBooking>;

/** The secret link is told once, here; the mail carries it too. */
export const BookingCreated = z
  .object({ booking: GuestBooking, token: GuestToken, url: z.url() })
  .meta({ id: 'BookingCreated' });
export type BookingCreated = z.infer<typeof BookingCreated>;

export const DocumentChoice = z.object({
  which: z.enum(['signed', 'to_sign']).default('signed').meta({
    description: '`signed`: the newest signed one, else the one as sent; `to_sign`: the one that waits for a signature',
  }),
});

export const Reason = z.object({ reason: Text(1000).default('') }).meta({ id: 'Reason' });
export const Move = z
  .object({ startsAt: Instant, durationMinutes: z.int().min(5).max(1440).optional(), reason: Text(1000).default('') })
  .meta({ id: 'Move' });

// ---- what the host sees --------------------------------------------------------------------------------------------------
export const HostBookingSummary = z
  .object({
    id: Id,
    status: BookingStatus,
    ndaStatus: NdaStatus,
    startsAt: Instant,
    endsAt: Instant,
    holdExpiresAt: Instant.nullable(),
    move: PendingMove.nullable(),
    createdAt: Instant,
    /** Name and address are empty once they were erased. */
    guest: z.object({ name: z.string(), email: z.union([Email, z.literal('')]), timeZone: TimeZone }),
    meetingType: z.object({ id: Id, title: z.string(), slug: Slug }),
    host: z.object({ id: Id, displayName: z.string() }),
    attention: z.object({ step: z.string(), reason: z.string(), since: Instant }).nullable(),
  })
  .meta({ id: 'HostBookingSummary' });
export type HostBookingSummary = z.infer<typeof HostBookingSummary>;

export const AuditEntry = z
  .object({
    id: Id,
    at: Instant,
    action: z.string(),
    actor: z.object({ type: z.enum(['guest', 'host', 'operator', 'system', 'provider']), name: z.string().nullable() }),
    ip: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });

/** One entry of the organization's audit log. */
export const AuditEvent = AuditEntry.extend({
  /** Who, when it was somebody of the organization. */
  accountId: Id.nullable(),
  bookingId: Id.nullable(),
  subject: z
    .object({
      type: z.string(),
      id: z.string(),
      /** What people call it: a member's name, a meeting type's title; null when it has none, or is gone. */
      name: z.string().nullable(),
    })
    .nullable(),
}).meta({ id: 'AuditEvent' });
export const AuditFilter = z.object({
  actor: z
    .enum(['guest', 'host', 'operator', 'system', 'provider'])
    .optional()
    .meta({ description: 'What kind of somebody' }),
  accountId: Id.optional().meta({ description: 'Only what this member did' }),
  action: z.enum(auditActions).optional().meta({ description: 'Only this kind of event' }),
  about: z
    .enum(auditSubjects)
    .optional()
    .meta({ description: 'Only events about such things, whatever happened to them' }),
  bookingId: Id.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'How many on a page' }),
});

export const DocumentInfo = z
  .object({
    id: Id,
    kind: z.enum(['agreement', 'signed', 'certificate']),
    sha256: z.string(),
    byteLength: z.int(),
    mediaType: z.string(),
    createdAt: Instant,
    templateVersion: z.int().nullable(),
  })
  .meta({ id: 'DocumentInfo' });

export const MessageInfo = z
  .object({
    id: Id,
    kind: z.string(),
    recipient: z.enum(['guest', 'host']),
    status: z.enum(mailStatuses),
    requestedAt: Instant,
    sentAt: Instant.nullable(),
    settledAt: Instant.nullable().meta({ description: 'When it was delivered, came back, failed or was overtaken' }),
    failure: z.string().nullable(),
  })
  .meta({ id: 'MessageInfo' });

export const HostBooking = HostBookingSummary.extend({
  note: z.string(),
  answers: z.record(z.string(), z.string()),
  location: z.string(),
  documents: z.array(DocumentInfo),
  messages: z.array(MessageInfo),
  envelope: z
    .object({
      provider: z.string(),
      status: z.string(),
      sentAt: Instant.nullable(),
      signedAt: Instant.nullable(),
      declineReason: z.string().nullable(),
    })
    .nullable(),
  moveAsksForSignature: z.boolean(),
  /** The booking's workflow in the Temporal Web UI, when its address is configured. */
  workflowUrl: z.url().nullable(),
  allowed: z.object({
    cancel: z.boolean(),
    reschedule: z.boolean(),
    release: z.boolean(),
    resend: z.boolean(),
    noShow: z.boolean(),
    undoNoShow: z.boolean(),
    retry: z.boolean(),
    correctEmail: z.boolean(),
  }),
}).meta({ id: 'HostBooking' });
export type HostBooking = z.infer<typeof HostBooking>;

export const BookingList = Page(HostBookingSummary)
  .extend({ position: z.int(), serverTime: Instant })
  .meta({ id: 'BookingList' });
export const BookingFilter = z.object({
  view: z
    .enum(['upcoming', 'waiting', 'past', 'canceled', 'attention', 'all'])
    .default('upcoming')
    .meta({ description: '`waiting`: for the guest; `attention`: a step keeps failing' }),
  status: BookingStatus.optional().meta({ description: 'Only bookings in this state' }),
  ndaStatus: NdaStatus.optional().meta({ description: 'Only bookings whose NDA is in this state' }),
  meetingTypeId: Id.optional(),
  hostId: Id.optional().meta({ description: 'Only bookings with this host' }),
  q: z.string().max(120).optional().meta({ description: 'Words of the guest’s name or e-mail address' }),
  from: Instant.optional(),
  to: Instant.optional(),
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25).meta({ description: 'How many on a page' }),
});
export const AuditTrail = z.object({ items: z.array(AuditEntry) }).meta({ id: 'AuditTrail' });
export const WhyQuery = z.object({
  meetingTypeId: Id,
  startsAt: Instant,
  durationMinutes: AskedDuration.optional(),
});
export const WhyNot = z
  .object({
    offered: z.boolean(),
    reasons: z.array(z.object({ code: z.string(), message: z.string(), detail: z.record(z.string(), z.unknown()) })),
  })
  .meta({ id: 'WhyNot' });

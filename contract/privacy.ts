import { z } from 'zod';
import { BookingStatus } from './bookings.ts';
import { Email, Id, Instant, Text } from './primitives.ts';

const days = { min: 1, max: 36_500 };
const RetentionDays = z.int().min(days.min).max(days.max).nullable().meta({
  description: 'Days after the meeting until documents and personal data are deleted; null: kept without end',
});

export const RetentionQuery = z.object({
  days: z.coerce
    .number()
    .int()
    .min(days.min)
    .max(days.max)
    .optional()
    .meta({ description: 'Preview for so many days, in place of those that are set' }),
});
export const RetentionChange = z.object({ retentionDays: RetentionDays }).meta({ id: 'RetentionChange' });

/** What the next run would empty. */
const RetentionPreview = z
  .object({
    days: z.int(),
    bookings: z.int(),
    documents: z.int(),
    /** Due as well, and kept by a legal hold. */
    onHold: z.int(),
    /** The oldest of them. */
    items: z.array(
      z.object({
        id: Id,
        status: BookingStatus,
        startsAt: Instant,
        title: z.string(),
        guestName: z.string(),
        documents: z.int(),
      }),
    ),
  })
  .meta({ id: 'RetentionPreview' });
export const Retention = z
  .object({ retentionDays: RetentionDays, preview: RetentionPreview.nullable() })
  .meta({ id: 'Retention' });
export type Retention = z.infer<typeof Retention>;

export const LegalHoldInput = z
  .object({ reason: Text(1000).refine((text) => text.trim() !== '', 'Say why nothing may be deleted.') })
  .meta({ id: 'LegalHoldInput' });
export const BookingRetention = z
  .object({
    /** When the guest's data was deleted. */
    erasedAt: Instant.nullable(),
    /** When the documents were, too. */
    purgedAt: Instant.nullable(),
    /** When the organization's policy deletes them, should no legal hold stand then. */
    deletedAfter: Instant.nullable(),
    hold: z.object({ reason: z.string(), setBy: z.string(), setAt: Instant }).nullable(),
  })
  .meta({ id: 'BookingRetention' });
export type BookingRetention = z.infer<typeof BookingRetention>;

/** In the body, as addresses do not belong into URLs and logs. */
export const GuestAddress = z.object({ email: Email }).meta({ id: 'GuestAddress' });
export const ErasureReport = z
  .object({
    /** False in a preview. */
    done: z.boolean(),
    bookings: z.array(
      z.object({
        id: Id,
        startsAt: Instant,
        status: BookingStatus,
        outcome: z.enum(['erased', 'partly', 'kept']),
        kept: z.array(
          z.object({
            what: z.enum(['everything', 'signed_document', 'audit_trail']),
            why: z.enum(['booking_open', 'legal_hold', 'evidence', 'accountability']),
            until: Instant.nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'ErasureReport' });
export type ErasureReport = z.infer<typeof ErasureReport>;

/** A key that an organization seals documents with; the newest does, the others are there for what they sealed. */
export const SigningKey = z
  .object({
    id: Id,
    createdAt: Instant,
    notAfter: Instant,
    /** SHA-256 of its certificate, and of its root's: what verification names. */
    certificateSha256: z.string(),
    rootSha256: z.string(),
    seals: z.boolean(),
  })
  .meta({ id: 'SigningKey' });
export const SigningKeys = z.object({ items: z.array(SigningKey) }).meta({ id: 'SigningKeys' });
export const SigningKeyRotation = z
  .object({
    reason: z
      .enum(['routine', 'lost'])
      .default('routine')
      .meta({ description: '`lost`: the old keys may be in other hands; makes a new root' }),
  })
  .meta({ id: 'SigningKeyRotation' });

export const DocumentLink = z.object({ url: z.url(), expiresAt: Instant }).meta({
  id: 'DocumentLink',
  description: 'Opens one document, without log-in, until it expires; each opening is audited',
});

import { z } from 'zod';
import { Id, Line, LocalDate, Slug, Text } from './primitives.ts';

const day = 1440;
const Minutes = (min: number, max: number) => z.int().min(min).max(max);

export const BookingWindow = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rolling'), days: z.int().min(1).max(730) }),
  z.object({ kind: z.literal('rolling_available'), days: z.int().min(1).max(366) }),
  z
    .object({ kind: z.literal('range'), from: LocalDate, to: LocalDate })
    .refine(({ from, to }) => from <= to, { path: ['to'], error: 'The last date is before the first one.' }),
]);

export const MeetingTypeInput = z
  .object({
    title: Line(120),
    slug: Slug,
    description: Text(2000).default(''),
    location: Text(500).default(''),
    /** Null: the host's default schedule. */
    scheduleId: Id.nullable().default(null),
    durationsMinutes: z.array(Minutes(5, day)).min(1).max(8),
    intervalMinutes: Minutes(5, day).nullable().default(null),
    offsetMinutes: Minutes(0, day).default(0),
    bufferBeforeMinutes: Minutes(0, day).default(0),
    bufferAfterMinutes: Minutes(0, day).default(0),
    noticeMinutes: Minutes(0, 525_600).default(0),
    bookingWindow: BookingWindow.default({ kind: 'rolling', days: 60 }),
    limitPerDay: z.int().min(1).max(1000).nullable().default(null),
    limitPerWeek: z.int().min(1).max(1000).nullable().default(null),
    limitMinutesPerDay: Minutes(5, day).nullable().default(null),
    holdMinutes: Minutes(1, day).default(10),
    /** Null: no NDA, the booking confirms at once. */
    ndaTemplateId: Id.nullable().default(null),
    /** Minutes before the start, each one a mail to both. */
    remindersMinutes: z.array(Minutes(5, 43_200)).max(5).default([1440, 60]),
    rescheduleCutoffMinutes: Minutes(0, 43_200).default(60),
    rescheduleLimit: z.int().min(0).max(50).default(5),
    isActive: z.boolean().default(true),
    isPublic: z.boolean().default(true),
  })
  .meta({ id: 'MeetingTypeInput' });
export type MeetingTypeInput = z.infer<typeof MeetingTypeInput>;

export const MeetingType = MeetingTypeInput.extend({ id: Id, hostId: Id, hostSlug: Slug, url: z.url() }).meta({
  id: 'MeetingType',
});
export type MeetingType = z.infer<typeof MeetingType>;

import { z } from 'zod';
import { AskedDuration, Id, Instant, LocalDate, Slug, TimeZone } from './primitives.ts';

export const PublicHost = z
  .object({ slug: Slug, displayName: z.string(), organizationName: z.string(), timeZone: TimeZone })
  .meta({ id: 'PublicHost' });

export const PublicMeetingType = z
  .object({
    id: Id,
    slug: Slug,
    title: z.string(),
    description: z.string(),
    location: z.string(),
    durationsMinutes: z.array(z.int()),
    bufferBeforeMinutes: z.int(),
    bufferAfterMinutes: z.int(),
    holdMinutes: z.int(),
    nda: z
      .object({
        title: z.string(),
        language: z.string(),
        emailCodeRequired: z.boolean(),
        /** What the guest is asked for besides name and e-mail. */
        questions: z.array(z.object({ name: z.string(), label: z.string(), required: z.boolean(), value: z.string() })),
      })
      .nullable(),
  })
  .meta({ id: 'PublicMeetingType' });
export type PublicMeetingType = z.infer<typeof PublicMeetingType>;

export const HostPage = z
  .object({ host: PublicHost, meetingTypes: z.array(PublicMeetingType) })
  .meta({ id: 'HostPage' });
export const MeetingTypePage = z
  .object({ host: PublicHost, meetingType: PublicMeetingType, liveRoom: z.string(), serverTime: Instant })
  .meta({ id: 'MeetingTypePage' });
export type MeetingTypePage = z.infer<typeof MeetingTypePage>;

export const SlotQuery = z.object({
  from: Instant.meta({ description: 'First instant asked for' }),
  to: Instant.meta({ description: 'First instant not asked for; at most 366 days after `from`' }),
  timeZone: TimeZone.default('UTC').meta({ description: 'Decides only under which date a slot is listed' }),
  durationMinutes: AskedDuration.optional(),
});

export const Slots = z
  .object({
    timeZone: TimeZone,
    durationMinutes: z.int(),
    /** By date in `timeZone`; only dates that have slots. */
    days: z.array(z.object({ date: LocalDate, slots: z.array(Instant) })),
    /** Facts after this stream position are news to whoever holds this answer. */
    position: z.int(),
    serverTime: Instant,
  })
  .meta({ id: 'Slots' });
export type Slots = z.infer<typeof Slots>;

/** What comes with the booking page's HTML: the answers to its first two questions, and the month that the second one is about. */
export type BookingPageOpening = { page: MeetingTypePage; month: string; slots: Slots };

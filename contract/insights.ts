import { z } from 'zod';
import { Id, Instant, LocalDate, TimeZone } from './primitives.ts';

export const InsightsQuery = z.object({
  from: LocalDate.meta({ description: 'First day, by the asking host’s calendar' }),
  to: LocalDate.meta({ description: 'Last day; at most 366 days after the first' }),
  meetingTypeId: Id.optional(),
});

/** What guests did on one day. Bookings count on the day they were asked for, meetings on the day they were for. */
export const InsightsDay = z.object({
  date: LocalDate,
  views: z.int().meta({ description: 'Times the booking page was opened' }),
  held: z.int().meta({ description: 'Bookings that got their slot' }),
  toSign: z.int().meta({ description: 'Of those, the ones with an NDA' }),
  signed: z.int(),
  confirmed: z.int(),
  completed: z.int().meta({ description: 'Meetings of this day that took place' }),
  noShow: z.int().meta({ description: 'Meetings of this day whose guest did not come' }),
});

/** Seconds from holding the slot to the signature; the middle and the slow end of those who signed. */
export const TimeToSign = z.object({
  signed: z.int(),
  medianSeconds: z.number().nullable(),
  p90Seconds: z.number().nullable(),
  /** How many took under so many seconds; the last bound is null: any longer. */
  spread: z.array(z.object({ underSeconds: z.int().nullable(), count: z.int() })),
});

export const Insights = z
  .object({ timeZone: TimeZone, days: z.array(InsightsDay), timeToSign: TimeToSign })
  .meta({ id: 'Insights' });
export type Insights = z.infer<typeof Insights>;

/** What there is to know at a glance, counted over all bookings of the organization. */
export const BookingTotals = z
  .object({
    today: z.int().meta({ description: 'Confirmed meetings of today, by the asking host’s calendar' }),
    upcoming: z.int(),
    waiting: z.int().meta({ description: 'Waiting for the guest’s signature' }),
    attention: z.int().meta({ description: 'Where a step keeps failing, or mails come back' }),
    serverTime: Instant,
  })
  .meta({ id: 'BookingTotals' });
export type BookingTotals = z.infer<typeof BookingTotals>;

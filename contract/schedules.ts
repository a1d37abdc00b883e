import { z } from 'zod';
import { Id, Line, LocalDate, LocalTime, Text, TimeZone, WindowEnd } from './primitives.ts';

/** [start, end) on the wall clock; an end after 24:00 is on the next day. One that is not after its start is refused. */
export const Window = z.tuple([LocalTime, WindowEnd]);
const Windows = z.array(Window).max(24);
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const ScheduleRules = z
  .object({
    timeZone: TimeZone,
    weekly: z.object(
      Object.fromEntries(weekdays.map((day) => [day, Windows.default([])])) as Record<
        (typeof weekdays)[number],
        z.ZodDefault<typeof Windows>
      >,
    ),
    /** A date with its own windows; none = closed that date. */
    overrides: z
      .array(z.object({ date: LocalDate, windows: Windows }))
      .max(400)
      .default([]),
    /** Whole days closed, both ends included. */
    blackouts: z
      .array(z.object({ from: LocalDate, to: LocalDate, note: Text(200).optional() }))
      .max(200)
      .default([]),
    /** Another zone for some dates, both ends included: the windows are then in that zone. */
    travel: z
      .array(z.object({ from: LocalDate, to: LocalDate, timeZone: TimeZone }))
      .max(100)
      .default([]),
  })
  .meta({ id: 'ScheduleRules' });
export type ScheduleRules = z.infer<typeof ScheduleRules>;

export const Schedule = z
  .object({ id: Id, name: z.string(), isDefault: z.boolean(), rules: ScheduleRules })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof Schedule>;
export const ScheduleInput = z
  .object({ name: Line(80), isDefault: z.boolean().default(false), rules: ScheduleRules })
  .meta({ id: 'ScheduleInput' });
export type ScheduleInput = z.infer<typeof ScheduleInput>;

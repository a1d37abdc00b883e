/** What a meeting type asks of a slot. Minutes are elapsed time. */
export type MeetingRules = {
  durationMinutes: number;
  /** Distance between two starts; the duration when absent. */
  intervalMinutes?: number;
  /** Shifts the first start of each window. */
  offsetMinutes: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  /** A start is at least this far away from now. */
  noticeMinutes: number;
  bookingWindow: BookingWindow;
  limits: MeetingLimits;
  /** How many guests share one slot; 1 is a meeting of two. */
  seatsPerSlot: number;
};

/**
 * How far ahead a time can be booked; days are the host's calendar days.
 * - rolling: today and `days` days after it. With `businessDaysOnly` only Monday to Friday count towards `days`; the
 *   days in between stay open.
 * - rollingAvailable: the first `days` days, today included, that have a time to offer; days without any are skipped
 *   (sought for a year).
 * - dates: from the first date to the last, both included.
 */
export type BookingWindow =
  | { kind: 'none' }
  | { kind: 'rolling'; days: number; businessDaysOnly?: boolean }
  | { kind: 'rollingAvailable'; days: number; businessDaysOnly?: boolean }
  | { kind: 'dates'; from: string; to: string };

/** Meetings and minutes of this meeting type by the host's calendar day and ISO week (Monday to Sunday). */
export type MeetingLimits = { perDay?: number; perWeek?: number; minutesPerDay?: number };

export const defaultRules: Omit<MeetingRules, 'durationMinutes'> = {
  offsetMinutes: 0,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  noticeMinutes: 0,
  bookingWindow: { kind: 'none' },
  limits: {},
  seatsPerSlot: 1,
};

/** The distance between two starts. */
export function intervalOf(rules: MeetingRules): number {
  return rules.intervalMinutes ?? rules.durationMinutes;
}

/**
 * When a host can be met: local rules in the host's zone. All dates are `YYYY-MM-DD`, all date spans include both ends.
 */
export type Schedule = {
  /** IANA name. */
  timeZone: string;
  weekly: Partial<Record<Weekday, readonly TimeWindow[]>>;
  /** The date has these windows and no others; none at all closes it. */
  overrides?: readonly DateOverride[];
  /** Closed dates (holidays, conferences). */
  blackouts?: readonly DateSpan[];
  /** Closed dates because the host is away; told apart from blackouts only in the reasons. */
  outOfOffice?: readonly DateSpan[];
  /** On these dates the windows are read in another zone. Without `to`: from then on. */
  travel?: readonly TravelSpan[];
};

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * [start, end) on the wall clock, `HH:MM`. `24:00` is the end of the day; a window past midnight goes on counting:
 * `['22:00', '26:00']` ends at 02:00 the next day (up to `48:00`). Overlapping and touching windows are one window,
 * across midnight too.
 */
export type TimeWindow = readonly [start: string, end: string];

export type DateOverride = { date: string; windows: readonly TimeWindow[] };
export type DateSpan = { from: string; to: string };
export type TravelSpan = { from: string; to?: string; timeZone: string };

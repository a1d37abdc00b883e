/**
 * The case format: instants are UTC ISO 8601, windows wall clock `HH:MM`, dates `YYYY-MM-DD`, spans of dates include
 * both ends. Fields that are absent or null mean their default.
 */
export type SlotCase = {
  id: string;
  title?: string;
  category?: string;
  input: CaseInput;
  expect: CaseExpectation;
};

export type CaseExpectation = {
  count?: number;
  first?: string | null;
  last?: string | null;
  starts?: string[];
  /** Seats left, by start. */
  seatsLeft?: Record<string, number>;
};

export type CaseInput = CaseHost & {
  hosts?: CaseHost[];
  now: string;
  viewerId?: string;
  viewerTimeZone?: string;
  range: { from: string; to: string };
  event: CaseEvent;
};

/** One host's facts; a case with a single host has them at the top. */
export type CaseHost = {
  schedule?: CaseSchedule;
  busy?: CaseSpan[];
  bookings?: CaseBooking[];
  holds?: CaseHold[];
  ics?: string[] | string[][] | string;
};

export type CaseSchedule = {
  timeZone: string;
  weekly?: Record<string, [string, string][]>;
  overrides?: { date: string; windows?: [string, string][] }[];
  /** A list, or an object whose keys are dates. */
  outOfOffice?: CaseAway[] | Record<string, unknown>;
  /** Without `to`: from then on. */
  travel?: { from: string; to?: string | null; timeZone: string }[];
};

/** A single date, or a span of dates, or a span of instants. */
export type CaseAway = string | { date?: string; from?: string; to?: string; start?: string; end?: string };

export type CaseEvent = {
  id?: string;
  durationMin: number;
  intervalMin?: number;
  offsetStartMin?: number;
  bufferBeforeMin?: number;
  bufferAfterMin?: number;
  minNoticeMin?: number;
  horizon?: { type: string; days?: number; from?: string; to?: string; businessDaysOnly?: boolean };
  limits?: { perDay?: number; perWeek?: number; minutesPerDay?: number };
  seatsPerSlot?: number;
  mode?: 'collective' | 'roundRobin';
};

export type CaseSpan = { start: string; end: string };
export type CaseBooking = CaseSpan & {
  status?: string;
  bufferBeforeMin?: number;
  bufferAfterMin?: number;
  eventType?: string;
};
export type CaseHold = CaseBooking & { owner?: string; expiresAt?: string };

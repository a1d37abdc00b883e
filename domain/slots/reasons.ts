/**
 * Why a time is not offered. Instants are epoch milliseconds, dates the host's calendar days (`YYYY-MM-DD`). Reasons
 * with a `hostId` are that host's; a time of a round robin has reasons only when no host can take it, and then those of
 * every host.
 */
export type Reason =
  | { code: 'no_hosts' }
  | { code: 'past'; now: number }
  | { code: 'notice'; noticeMinutes: number; earliestStartsAt: number }
  /** Later or earlier than can be booked; an open end is null. */
  | { code: 'booking_window'; hostId: string; date: string; firstDate: string | null; lastDate: string | null }
  /** The date's hours do not contain the start. `overridden`: they are those of a date override. */
  | { code: 'outside_hours'; hostId: string; date: string; overridden: boolean; windows: readonly OpenWindow[] }
  /** The start is within hours, the end is not. */
  | { code: 'does_not_fit'; hostId: string; windowEndsAt: number; endsAt: number }
  | { code: 'override_closed'; hostId: string; date: string }
  | { code: 'blackout' | 'out_of_office'; hostId: string; date: string; from: string; to: string }
  /** Within hours, but between two starts; null where there is none before or after in the window. */
  | { code: 'not_on_grid'; intervalMinutes: number; previousStartsAt: number | null; nextStartsAt: number | null }
  /** An outside calendar is busy during the meeting, or during its buffers (`duringBuffer`). */
  | { code: 'busy'; hostId: string; startsAt: number; endsAt: number; source: string | null; duringBuffer: boolean }
  | ({ code: 'booked'; hostId: string } & BookedTime)
  | ({ code: 'held'; hostId: string; expiresAt: number } & BookedTime)
  /** The meetings do not overlap, but there is less time between them than their buffers need. */
  | ({
      code: 'buffer';
      hostId: string;
      gapMinutes: number;
      neededMinutes: number;
      expiresAt: number | null;
    } & BookedTime)
  | { code: 'full'; hostId: string; seatsPerSlot: number }
  | { code: 'daily_limit'; hostId: string; date: string; limit: number; count: number }
  | { code: 'weekly_limit'; hostId: string; week: string; limit: number; count: number }
  | { code: 'minutes_limit'; hostId: string; date: string; limitMinutes: number; usedMinutes: number };

export type ReasonCode = Reason['code'];
export type OpenWindow = { readonly startsAt: number; readonly endsAt: number };

/** The booking or hold in the way: its own times, without buffers. */
export type BookedTime = {
  bookingId: string | null;
  startsAt: number;
  endsAt: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
};

import { DateTime } from 'luxon';
import type { Reason, ReasonCode } from '#domain/slots/reasons.ts';

/** A reason as a sentence for the host, with what it rests on. */
export function explain(
  reason: Reason,
  timeZone: string,
): { code: string; message: string; detail: Record<string, unknown> } {
  const { code, ...detail } = reason;
  return { code, message: sentence(reason, timeZone), detail };
}

function sentence(reason: Reason, timeZone: string): string {
  const time = (ms: number) => DateTime.fromMillis(ms, { zone: timeZone, locale: 'en' }).toFormat('ccc d LLL, HH:mm');
  switch (reason.code) {
    case 'no_hosts':
      return 'Nobody hosts this meeting type.';
    case 'past':
      return 'This time has passed.';
    case 'notice':
      return `Less than the minimum notice of ${reason.noticeMinutes} minutes: the earliest start is ${time(reason.earliestStartsAt)}.`;
    case 'booking_window':
      return `Outside the booking window (${reason.firstDate ?? 'now'} to ${reason.lastDate ?? 'open'}).`;
    case 'outside_hours':
      return reason.overridden
        ? `Outside the hours set for ${reason.date}.`
        : `Outside the weekly hours on ${reason.date}.`;
    case 'does_not_fit':
      return `It would end at ${time(reason.endsAt)}, after the window closes at ${time(reason.windowEndsAt)}.`;
    case 'override_closed':
      return `${reason.date} is closed by a date override.`;
    case 'blackout':
      return `Closed from ${reason.from} to ${reason.to}.`;
    case 'out_of_office':
      return `Out of office from ${reason.from} to ${reason.to}.`;
    case 'not_on_grid':
      return `Starts are every ${reason.intervalMinutes} minutes${reason.nextStartsAt === null ? '' : `; the next one is ${time(reason.nextStartsAt)}`}.`;
    case 'busy':
      return `An outside calendar is busy from ${time(reason.startsAt)} to ${time(reason.endsAt)}.`;
    case 'booked':
      return `Another booking has ${time(reason.startsAt)} to ${time(reason.endsAt)}.`;
    case 'held':
      return `Held by another guest until ${time(reason.expiresAt)}.`;
    case 'buffer':
      return `Only ${reason.gapMinutes} minutes to the booking at ${time(reason.startsAt)}, ${reason.neededMinutes} are needed.`;
    case 'full':
      return `All ${reason.seatsPerSlot} seats are taken.`;
    case 'daily_limit':
      return `${reason.count} of ${reason.limit} meetings on ${reason.date} are booked.`;
    case 'weekly_limit':
      return `${reason.count} of ${reason.limit} meetings in week ${reason.week} are booked.`;
    case 'minutes_limit':
      return `${reason.usedMinutes} of ${reason.limitMinutes} minutes on ${reason.date} are booked.`;
  }
}

const aboutOthers: ReadonlySet<ReasonCode> = new Set(['booked', 'held', 'buffer', 'busy', 'full']);

/** What guests are told of reasons: that a time is somebody's, not whose it is, nor until when. */
export function reasonsForGuests(reasons: readonly unknown[]): Reason[] {
  return (reasons as readonly Reason[]).map((reason) =>
    aboutOthers.has(reason.code) ? ({ code: reason.code } as Reason) : reason,
  );
}

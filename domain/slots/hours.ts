import { formatDate, minuteMs } from '#domain/time/dates.ts';
import type { Interval } from '#domain/time/intervals.ts';
import { bookableDays } from './booking-window.ts';
import { closedOn, dayAt, startOfDay } from './calendar.ts';
import { gridAt } from './grid.ts';
import type { Party, PartyHost } from './party.ts';
import { gridsAround } from './party.ts';
import type { Reason } from './reasons.ts';
import type { MeetingRules } from './rules.ts';
import { intervalOf } from './rules.ts';
import { openWindows } from './windows.ts';

/** What a host's hours say against a start. */
export function hoursReasons(host: PartyHost, rules: MeetingRules, startsAt: number): Reason[] {
  const { hostId } = host.facts;
  const endsAt = startsAt + rules.durationMinutes * minuteMs;
  const windows = openWindows(host.calendar, startsAt, endsAt);
  const window = windows.find(({ start, end }) => start <= startsAt && startsAt < end);
  if (window === undefined) return [closedReason(host, windows, startsAt)];
  return endsAt <= window.end ? [] : [{ code: 'does_not_fit', hostId, windowEndsAt: window.end, endsAt }];
}

function closedReason({ calendar, facts }: PartyHost, open: readonly Interval[], startsAt: number): Reason {
  const { hostId } = facts;
  const day = dayAt(calendar, startsAt);
  const date = formatDate(day);
  const closed = closedOn(calendar, day);
  if (closed !== undefined) {
    return { code: closed.why, hostId, date, from: formatDate(closed.from), to: formatDate(closed.to) };
  }
  if (calendar.overrides.get(day)?.length === 0) return { code: 'override_closed', hostId, date };
  const [dayStart, dayEnd] = [startOfDay(calendar, day), startOfDay(calendar, day + 1)];
  const windows = open
    .filter(({ start, end }) => start < dayEnd && end > dayStart)
    .map(({ start, end }) => ({ startsAt: start, endsAt: end }));
  return { code: 'outside_hours', hostId, date, overridden: calendar.overrides.has(day), windows };
}

/** For a start at which every host is open long enough: whether it is one of the grid's. */
export function gridReasons(party: Party, rules: MeetingRules, startsAt: number): Reason[] {
  const grid = gridAt(gridsAround(party, rules, { from: startsAt, to: startsAt + 1 }), startsAt);
  if (grid === undefined) throw new Error(`no grid at ${startsAt}, though every host is open`);
  const intervalMs = intervalOf(rules) * minuteMs;
  const first = grid.anchor + rules.offsetMinutes * minuteMs;
  const steps = Math.floor((startsAt - first) / intervalMs);
  if (steps >= 0 && first + steps * intervalMs === startsAt) return [];
  const next = first + Math.max(0, steps + 1) * intervalMs;
  const fits = next < grid.until && next + rules.durationMinutes * minuteMs <= grid.end;
  return [
    {
      code: 'not_on_grid',
      intervalMinutes: intervalOf(rules),
      previousStartsAt: steps < 0 ? null : first + steps * intervalMs,
      nextStartsAt: fits ? next : null,
    },
  ];
}

/** Whether the start's day is one that can be booked. */
export function bookingWindowReasons(host: PartyHost, rules: MeetingRules, now: number, startsAt: number): Reason[] {
  const day = dayAt(host.calendar, startsAt);
  const days = bookableDays(rules.bookingWindow, host.calendar, now);
  if (day >= days.first && day <= days.last) return [];
  const firstDate = Number.isFinite(days.first) ? formatDate(days.first) : null;
  const lastDate = Number.isFinite(days.last) ? formatDate(days.last) : null;
  return [{ code: 'booking_window', hostId: host.facts.hostId, date: formatDate(day), firstDate, lastDate }];
}

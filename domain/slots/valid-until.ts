import { minuteMs } from '#domain/time/dates.ts';
import { dayAt, readSchedule, startOfDay } from './calendar.ts';
import type { Slot } from './free.ts';
import type { SlotsQuestion } from './input.ts';

/**
 * Until when an answer stays right by itself, if nothing is booked or changed: to the moment when its first slot drops out of the notice,
 * the first hold in the way runs out, or the host's next day moves a rolling window. Epoch milliseconds; Infinity when time changes nothing.
 */
export function validUntil(question: SlotsQuestion, slots: readonly Slot[]): number {
  const { now, rules, hosts } = question;
  const first = slots[0];
  const noticeEnds = first ? first.startsAt - rules.noticeMinutes * minuteMs : Infinity;
  const holds = hosts.flatMap(({ claims }) =>
    claims.flatMap(({ expiresAt }) => (expiresAt !== undefined && expiresAt > now ? [expiresAt] : [])),
  );
  const rolls = rules.bookingWindow.kind === 'rolling' || rules.bookingWindow.kind === 'rollingAvailable';
  const midnights = rolls ? hosts.map(({ schedule }) => nextMidnight(schedule, now)) : [];
  return Math.min(noticeEnds, ...holds, ...midnights);
}

function nextMidnight(schedule: SlotsQuestion['hosts'][number]['schedule'], now: number): number {
  const calendar = readSchedule(schedule);
  return startOfDay(calendar, dayAt(calendar, now) + 1);
}

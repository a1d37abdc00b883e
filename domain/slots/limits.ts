import { minuteMs, mondayOf } from '#domain/time/dates.ts';
import type { Calendar } from './calendar.ts';
import { dayAt } from './calendar.ts';
import type { Asking, Claim } from './claims.ts';
import { isInTheWay, isSameMeetingType, sessionKey } from './claims.ts';
import type { MeetingRules } from './rules.ts';

/** Meetings and minutes that count towards the limits, by day number (weeks by their Monday). */
export type LimitCounts = {
  readonly perDay: ReadonlyMap<number, number>;
  readonly perWeek: ReadonlyMap<number, number>;
  readonly minutesPerDay: ReadonlyMap<number, number>;
};

export type LimitRefusal =
  | { code: 'daily_limit'; day: number; limit: number; count: number }
  | { code: 'weekly_limit'; monday: number; limit: number; count: number }
  | { code: 'minutes_limit'; day: number; limitMinutes: number; usedMinutes: number };

export function hasLimits(rules: MeetingRules): boolean {
  const { perDay, perWeek, minutesPerDay } = rules.limits;
  return perDay !== undefined || perWeek !== undefined || minutesPerDay !== undefined;
}

/**
 * Counts the claims of the asked meeting type that begin in [from, to), bookings and others' live holds alike, each on
 * the day it begins in the host's calendar. A session with several guests is one meeting.
 */
export function countMeetings(
  calendar: Calendar,
  claims: readonly Claim[],
  rules: MeetingRules,
  asking: Asking,
  from: number,
  to: number,
): LimitCounts {
  const [perDay, perWeek, minutesPerDay] = [
    new Map<number, number>(),
    new Map<number, number>(),
    new Map<number, number>(),
  ];
  const seen = new Set<string>();
  for (const claim of claims) {
    if (claim.startsAt < from || claim.startsAt >= to) continue;
    if (!isSameMeetingType(claim, asking) || !isInTheWay(claim, asking)) continue;
    if (rules.seatsPerSlot > 1) {
      const key = sessionKey(claim);
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const day = dayAt(calendar, claim.startsAt);
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
    perWeek.set(mondayOf(day), (perWeek.get(mondayOf(day)) ?? 0) + 1);
    minutesPerDay.set(day, (minutesPerDay.get(day) ?? 0) + (claim.endsAt - claim.startsAt) / minuteMs);
  }
  return { perDay, perWeek, minutesPerDay };
}

/** The limits that one more meeting on this day would break. */
export function brokenLimits(counts: LimitCounts, rules: MeetingRules, day: number): LimitRefusal[] {
  const broken: LimitRefusal[] = [];
  const { perDay, perWeek, minutesPerDay } = rules.limits;
  const [count, weekCount] = [counts.perDay.get(day) ?? 0, counts.perWeek.get(mondayOf(day)) ?? 0];
  const usedMinutes = counts.minutesPerDay.get(day) ?? 0;
  if (perDay !== undefined && count >= perDay) broken.push({ code: 'daily_limit', day, limit: perDay, count });
  if (perWeek !== undefined && weekCount >= perWeek) {
    broken.push({ code: 'weekly_limit', monday: mondayOf(day), limit: perWeek, count: weekCount });
  }
  if (minutesPerDay !== undefined && usedMinutes + rules.durationMinutes > minutesPerDay) {
    broken.push({ code: 'minutes_limit', day, limitMinutes: minutesPerDay, usedMinutes });
  }
  return broken;
}

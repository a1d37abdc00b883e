import { dayMs, formatDate, formatIsoWeek, minuteMs } from '#domain/time/dates.ts';
import { overlaps } from '#domain/time/intervals.ts';
import { dayAt } from './calendar.ts';
import type { Asking, BusyInterval, Claim } from './claims.ts';
import { isInTheWay, isSameSession, occupied, wanted } from './claims.ts';
import type { LimitRefusal } from './limits.ts';
import { brokenLimits, countMeetings, hasLimits } from './limits.ts';
import type { PartyHost } from './party.ts';
import type { Reason } from './reasons.ts';
import type { MeetingRules } from './rules.ts';

const weekMs = 7 * dayMs;

/** What a host's claims, busy times and limits say against a start. */
export function conflictReasons(host: PartyHost, rules: MeetingRules, asking: Asking, startsAt: number): Reason[] {
  const { hostId, claims, busy } = host.facts;
  const slot = wanted(startsAt, rules);
  const reasons: Reason[] = [];
  let seatsUsed = 0;
  for (const time of busy) {
    if (time.startsAt < time.endsAt && overlaps(slot, { start: time.startsAt, end: time.endsAt })) {
      reasons.push(busyReason(hostId, time, startsAt, rules));
    }
  }
  for (const claim of claims) {
    if (!isInTheWay(claim, asking) || !overlaps(slot, occupied(claim))) continue;
    if (isSameSession(claim, startsAt, rules, asking)) seatsUsed += 1;
    else reasons.push(claimReason(hostId, claim, startsAt, rules));
  }
  if (seatsUsed >= rules.seatsPerSlot) reasons.push({ code: 'full', hostId, seatsPerSlot: rules.seatsPerSlot });
  if (seatsUsed === 0 && hasLimits(rules)) reasons.push(...limitReasons(host, rules, asking, startsAt));
  return reasons;
}

function busyReason(hostId: string, time: BusyInterval, startsAt: number, rules: MeetingRules): Reason {
  const meeting = { start: startsAt, end: startsAt + rules.durationMinutes * minuteMs };
  const duringBuffer = !overlaps(meeting, { start: time.startsAt, end: time.endsAt });
  const { source = null } = time;
  return { code: 'busy', hostId, startsAt: time.startsAt, endsAt: time.endsAt, source, duringBuffer };
}

function claimReason(hostId: string, claim: Claim, startsAt: number, rules: MeetingRules): Reason {
  const endsAt = startsAt + rules.durationMinutes * minuteMs;
  const { bufferBeforeMinutes, bufferAfterMinutes, expiresAt } = claim;
  const booked = {
    bookingId: claim.bookingId ?? null,
    startsAt: claim.startsAt,
    endsAt: claim.endsAt,
    bufferBeforeMinutes,
    bufferAfterMinutes,
  };
  if (startsAt < claim.endsAt && claim.startsAt < endsAt) {
    return expiresAt === undefined
      ? { code: 'booked', hostId, ...booked }
      : { code: 'held', hostId, expiresAt, ...booked };
  }
  const claimFirst = claim.endsAt <= startsAt;
  const gapMinutes = (claimFirst ? startsAt - claim.endsAt : claim.startsAt - endsAt) / minuteMs;
  const neededMinutes = claimFirst
    ? bufferAfterMinutes + rules.bufferBeforeMinutes
    : rules.bufferAfterMinutes + bufferBeforeMinutes;
  return { code: 'buffer', hostId, gapMinutes, neededMinutes, expiresAt: expiresAt ?? null, ...booked };
}

function limitReasons(host: PartyHost, rules: MeetingRules, asking: Asking, startsAt: number): Reason[] {
  const { calendar, facts } = host;
  const counts = countMeetings(calendar, facts.claims, rules, asking, startsAt - 2 * weekMs, startsAt + 2 * weekMs);
  return brokenLimits(counts, rules, dayAt(calendar, startsAt)).map((refusal) => limitReason(facts.hostId, refusal));
}

function limitReason(hostId: string, refusal: LimitRefusal): Reason {
  switch (refusal.code) {
    case 'daily_limit':
      return { code: refusal.code, hostId, date: formatDate(refusal.day), limit: refusal.limit, count: refusal.count };
    case 'weekly_limit':
      return {
        code: refusal.code,
        hostId,
        week: formatIsoWeek(refusal.monday),
        limit: refusal.limit,
        count: refusal.count,
      };
    case 'minutes_limit': {
      const { limitMinutes, usedMinutes } = refusal;
      return { code: refusal.code, hostId, date: formatDate(refusal.day), limitMinutes, usedMinutes };
    }
  }
}

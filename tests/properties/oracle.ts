import type { Claim } from '#domain/slots/claims.ts';
import type { HostFacts, SlotRange, SlotsQuestion } from '#domain/slots/input.ts';
import type { Schedule, TimeWindow } from '#domain/slots/schedule.ts';
import type { ClockTable } from './clock.ts';
import { dateShown, minuteOf, readClock } from './clock.ts';

/**
 * The slots of a question found the slow way: every minute is looked at by itself. It shares no code with the engine
 * but the types. All numbers here are whole minutes since 1970, and day numbers.
 */
const marginMinutes = 6 * 1440;

type Host = {
  facts: HostFacts;
  clocks: Map<string, ClockTable>;
  zoneOf: (date: number) => string;
  open: Set<number>;
};

export function oracleStarts(question: SlotsQuestion, range: SlotRange): number[] {
  const [from, to] = [Math.ceil(range.from / 60_000), Math.ceil(range.to / 60_000)];
  const earliest = Math.min(from, Math.floor(question.now / 60_000));
  const hosts = question.hosts.map((facts) => readHost(facts, earliest - marginMinutes, to + marginMinutes));
  const starts = (first: number): number[] => {
    const parties = question.mode === 'collective' ? [hosts] : hosts.map((host) => [host]);
    const found = parties.flatMap((party) => partyStarts(party, question, first, to, earliest - marginMinutes));
    return [...new Set(found)].sort((a, b) => a - b);
  };
  const { bookingWindow } = question.rules;
  const inRange = (minute: number): boolean => minute >= from && minute < to;
  if (bookingWindow.kind !== 'rollingAvailable')
    return starts(from)
      .filter(inRange)
      .map((minute) => minute * 60_000);
  const days = new Set<number>();
  const kept: number[] = [];
  for (const minute of starts(Math.floor(question.now / 60_000))) {
    const day = dayOf(hosts[0]!, minute);
    const counts = bookingWindow.businessDaysOnly !== true || isBusinessDay(day);
    if (!days.has(day) && counts) {
      if (days.size === bookingWindow.days) break;
      days.add(day);
    }
    if (!counts && days.size === bookingWindow.days) break;
    kept.push(minute);
  }
  return kept.filter(inRange).map((minute) => minute * 60_000);
}

function partyStarts(party: Host[], question: SlotsQuestion, from: number, to: number, tableStart: number): number[] {
  const { rules } = question;
  const interval = rules.intervalMinutes ?? rules.durationMinutes;
  const isOpen = (minute: number): boolean => party.every((host) => host.open.has(minute));
  const restarts = restartsAfterOpenDates(party[0]!, isOpen);
  const starts: number[] = [];
  let anchor = NaN;
  for (let minute = tableStart; minute < to; minute += 1) {
    if (isOpen(minute) && (!isOpen(minute - 1) || restarts.has(minute))) anchor = minute;
    if (minute < from || !isOpen(minute)) continue;
    const steps = (minute - anchor - rules.offsetMinutes) / interval;
    if (steps < 0 || !Number.isInteger(steps)) continue;
    const meeting = Array.from({ length: rules.durationMinutes }, (_, index) => minute + index);
    if (meeting.every(isOpen) && party.every((host) => isFree(host, question, minute))) starts.push(minute);
  }
  return starts;
}

function isFree(host: Host, question: SlotsQuestion, minute: number): boolean {
  const { rules, now } = question;
  if (minute * 60_000 < now + rules.noticeMinutes * 60_000) return false;
  if (!isBookableDay(host, question, dayOf(host, minute))) return false;
  const occupied = {
    start: minute - rules.bufferBeforeMinutes,
    end: minute + rules.durationMinutes + rules.bufferAfterMinutes,
  };
  const hits = (start: number, end: number): boolean => {
    for (let each = occupied.start; each < occupied.end; each += 1) if (each >= start && each < end) return true;
    return false;
  };
  if (host.facts.busy.some((busy) => hits(busy.startsAt / 60_000, busy.endsAt / 60_000))) return false;
  const live = host.facts.claims.filter((claim) => counts(claim, question));
  const seated = live.filter((claim) => sharesSeats(claim, question, minute));
  const others = live.filter((claim) => !seated.includes(claim));
  const blocked = others.some((claim) =>
    hits(claim.startsAt / 60_000 - claim.bufferBeforeMinutes, claim.endsAt / 60_000 + claim.bufferAfterMinutes),
  );
  if (blocked || seated.length >= rules.seatsPerSlot) return false;
  return seated.length > 0 || isWithinLimits(host, live, question, minute);
}

function counts(claim: Claim, { now, viewerId }: SlotsQuestion): boolean {
  if (claim.expiresAt === undefined) return true;
  return claim.expiresAt > now && !(viewerId !== undefined && claim.viewerId === viewerId);
}

function isOfType(claim: Claim, { meetingTypeId }: SlotsQuestion): boolean {
  return [claim.meetingTypeId, meetingTypeId].includes(undefined) || claim.meetingTypeId === meetingTypeId;
}

function sharesSeats(claim: Claim, question: SlotsQuestion, minute: number): boolean {
  const { rules } = question;
  const sameTime = claim.startsAt === minute * 60_000 && claim.endsAt === (minute + rules.durationMinutes) * 60_000;
  return rules.seatsPerSlot > 1 && sameTime && isOfType(claim, question);
}

function isWithinLimits(host: Host, live: Claim[], question: SlotsQuestion, minute: number): boolean {
  const { limits, durationMinutes, seatsPerSlot } = question.rules;
  const meetings: Claim[] = [];
  for (const claim of live.filter((each) => isOfType(each, question))) {
    const counted = meetings.some(
      (other) =>
        claim.startsAt === other.startsAt &&
        claim.endsAt === other.endsAt &&
        claim.meetingTypeId === other.meetingTypeId,
    );
    if (seatsPerSlot === 1 || !counted) meetings.push(claim);
  }
  const day = dayOf(host, minute);
  const onDay = meetings.filter((claim) => dayOf(host, claim.startsAt / 60_000) === day);
  const monday = day - ((day + 3) % 7);
  const inWeek = meetings.filter((claim) => {
    const other = dayOf(host, claim.startsAt / 60_000);
    return other >= monday && other < monday + 7;
  });
  const minutes = onDay.reduce((sum, claim) => sum + (claim.endsAt - claim.startsAt) / 60_000, 0);
  return (
    onDay.length < (limits.perDay ?? Infinity) &&
    inWeek.length < (limits.perWeek ?? Infinity) &&
    minutes + durationMinutes <= (limits.minutesPerDay ?? Infinity)
  );
}

function isBookableDay(host: Host, { rules, now }: SlotsQuestion, day: number): boolean {
  const window = rules.bookingWindow;
  if (window.kind === 'dates') return day >= dayNumber(window.from) && day <= dayNumber(window.to);
  if (window.kind !== 'rolling') return true;
  const today = dayOf(host, Math.floor(now / 60_000));
  if (day < today) return false;
  let ahead = 0;
  for (let each = today + 1; each <= day; each += 1) {
    if (window.businessDaysOnly !== true || isBusinessDay(each)) ahead += 1;
    if (ahead > window.days) return false;
    if (ahead === window.days && each < day) return false;
  }
  return ahead <= window.days && !(window.days === 0 && day > today);
}

function isBusinessDay(day: number): boolean {
  return new Date(day * 86_400_000).getUTCDay() % 6 !== 0;
}

function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00Z`) / 86_400_000;
}

function dayOf(host: Host, minute: number): number {
  const home = host.clocks.get(host.facts.schedule.timeZone)!;
  if ((host.facts.schedule.travel ?? []).length === 0) return dateShown(home, minute);
  const begun = [...home.firstOfDate.keys()].filter((date) => {
    const first = host.clocks.get(host.zoneOf(date))!.firstOfDate;
    const begins = first.get(date) ?? first.get(date + 1);
    return begins !== undefined && begins <= minute;
  });
  return Math.max(...begun);
}

function restartsAfterOpenDates(host: Host, isOpen: (minute: number) => boolean): Set<number> {
  const restarts = new Set<number>();
  const home = host.clocks.get(host.facts.schedule.timeZone)!;
  for (const date of home.firstOfDate.keys()) {
    const begins = host.clocks.get(host.zoneOf(date))!.firstOfDate.get(date);
    const ends = host.clocks.get(host.zoneOf(date + 1))!.firstOfDate.get(date + 1);
    if (begins === undefined || ends === undefined || begins >= ends) continue;
    let whole = true;
    for (let minute = begins; minute < ends; minute += 1) whole &&= isOpen(minute);
    if (whole) restarts.add(ends);
  }
  return restarts;
}

function readHost(facts: HostFacts, from: number, to: number): Host {
  const { schedule } = facts;
  const zones = new Set([schedule.timeZone, ...(schedule.travel ?? []).map((travel) => travel.timeZone)]);
  const clocks = new Map([...zones].map((zone) => [zone, readClock(zone, from - 3 * 1440, to + 3 * 1440)]));
  const zoneOf = (date: number): string => {
    const iso = isoDate(date);
    const travels = (schedule.travel ?? []).filter(
      (travel) => travel.from <= iso && iso <= (travel.to ?? '9999-12-31'),
    );
    return travels.at(-1)?.timeZone ?? schedule.timeZone;
  };
  return {
    facts,
    clocks,
    zoneOf,
    open: openMinutes(schedule, clocks, zoneOf, Math.floor(from / 1440), Math.ceil(to / 1440)),
  };
}

function openMinutes(
  schedule: Schedule,
  clocks: Map<string, ClockTable>,
  zoneOf: (date: number) => string,
  firstDate: number,
  lastDate: number,
): Set<number> {
  const open = new Set<number>();
  for (const [zone, clock] of clocks) {
    const wall = new Set<number>();
    for (let date = firstDate; date <= lastDate; date += 1) {
      if (zoneOf(date) !== zone || !clock.firstOfDate.has(date)) continue;
      for (const [start, end] of windowsOf(schedule, date)) {
        const cut = isSpecial(schedule, date + 1) ? Math.min(end, 1440) : end;
        for (let minute = start; minute < cut; minute += 1) wall.add(date * 1440 + minute);
      }
    }
    for (const minute of wall) {
      if (wall.has(minute - 1)) continue;
      let end = minute;
      while (wall.has(end)) end += 1;
      for (let each = minuteOf(clock, minute); each < minuteOf(clock, end); each += 1) open.add(each);
    }
  }
  return open;
}

function isSpecial(schedule: Schedule, date: number): boolean {
  return isClosed(schedule, date) || (schedule.overrides ?? []).some((override) => override.date === isoDate(date));
}

function isClosed(schedule: Schedule, date: number): boolean {
  const spans = [...(schedule.blackouts ?? []), ...(schedule.outOfOffice ?? [])];
  return spans.some((span) => span.from <= isoDate(date) && isoDate(date) <= span.to);
}

function windowsOf(schedule: Schedule, date: number): [number, number][] {
  if (isClosed(schedule, date)) return [];
  const override = (schedule.overrides ?? []).find((each) => each.date === isoDate(date));
  const weekday = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[
    new Date(date * 86_400_000).getUTCDay()
  ]!;
  const windows: readonly TimeWindow[] = override?.windows ?? schedule.weekly[weekday] ?? [];
  return windows.map(([start, end]) => [minutesOf(start), minutesOf(end)]);
}

function minutesOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function isoDate(date: number): string {
  return new Date(date * 86_400_000).toISOString().slice(0, 10);
}

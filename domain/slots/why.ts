import { formatDate, minuteMs } from '#domain/time/dates.ts';
import { dayAt, readSchedule } from './calendar.ts';
import { conflictReasons } from './conflicts.ts';
import { lastBookableDay } from './free.ts';
import { bookingWindowReasons, gridReasons, hoursReasons } from './hours.ts';
import type { SlotsQuestion } from './input.ts';
import { assertBounded } from './input.ts';
import type { Party } from './party.ts';
import { partiesOf } from './party.ts';
import type { Reason } from './reasons.ts';

/**
 * Why a start is not offered: every reason that holds, empty exactly when `freeSlots` lists the start. The claims and
 * busy times given must cover `claimsNeeded` for the start.
 */
export function whyNot(question: SlotsQuestion, startsAt: number): Reason[] {
  const range = { from: startsAt, to: startsAt + 1 };
  assertBounded(question.rules, range);
  if (question.hosts.length === 0) return [{ code: 'no_hosts' }];
  const always = [...clockReasons(question, startsAt), ...availableDaysReasons(question, startsAt)];
  const byParty = partiesOf(question).map((party) => partyReasons(party, question, startsAt));
  return always.length === 0 && byParty.some((reasons) => reasons.length === 0) ? [] : [...always, ...byParty.flat()];
}

function clockReasons({ now, rules }: SlotsQuestion, startsAt: number): Reason[] {
  if (startsAt < now) return [{ code: 'past', now }];
  const earliestStartsAt = now + rules.noticeMinutes * minuteMs;
  return startsAt < earliestStartsAt ? [{ code: 'notice', noticeMinutes: rules.noticeMinutes, earliestStartsAt }] : [];
}

function availableDaysReasons(question: SlotsQuestion, startsAt: number): Reason[] {
  const { hostId, schedule } = question.hosts[0]!;
  const last = lastBookableDay(question, { from: startsAt, to: startsAt + 1 });
  const day = dayAt(readSchedule(schedule), startsAt);
  if (day <= last) return [];
  return [{ code: 'booking_window', hostId, date: formatDate(day), firstDate: null, lastDate: formatDate(last) }];
}

function partyReasons(party: Party, question: SlotsQuestion, startsAt: number): Reason[] {
  const { rules, now } = question;
  const hours = party.hosts.flatMap((host) => hoursReasons(host, rules, startsAt));
  return [
    ...party.hosts.flatMap((host) => bookingWindowReasons(host, rules, now, startsAt)),
    ...(hours.length > 0 ? hours : gridReasons(party, rules, startsAt)),
    ...party.hosts.flatMap((host) => conflictReasons(host, rules, question, startsAt)),
  ];
}

import { freeSlots, isOffered } from '#domain/slots/free.ts';
import { whyNot } from '#domain/slots/why.ts';
import { dateAt, startOfDate } from '#domain/time/zones.ts';
import { oracleStarts } from './oracle.ts';
import type { Situation } from './situations.ts';

/** What contradicts what, in a sentence; null when all agree. */
export type Contradiction = string | null;

/** Nothing taken is offered, and everything free that fits is: the oracle's starts are the engine's. */
export function againstOracle({ question, range }: Situation): Contradiction {
  const engine = freeSlots(question, range).map((slot) => slot.startsAt);
  const oracle = oracleStarts(question, range);
  const extra = engine.filter((start) => !oracle.includes(start));
  const missing = oracle.filter((start) => !engine.includes(start));
  if (extra.length + missing.length === 0) return null;
  return `offered, but not free: ${isoList(extra)}; free, but not offered: ${isoList(missing)}`;
}

/**
 * `whyNot` is silent exactly at the starts that are offered, and `isOffered` says the same. Looks every five minutes.
 */
export function againstReasons({ question, range }: Situation): Contradiction {
  const offered = new Set(freeSlots(question, range).map((slot) => slot.startsAt));
  const times = new Set(offered);
  for (let time = range.from; time < range.to; time += 5 * 60_000) times.add(time);
  for (const time of times) {
    const silent = whyNot(question, time).length === 0;
    if (silent === offered.has(time)) continue;
    const reasons = JSON.stringify(whyNot(question, time));
    return `${isoList([time])} is ${offered.has(time) ? '' : 'not '}offered; reasons: ${reasons}`;
  }
  const wrong = [...times].filter((time, index) => index % 7 === 0 && isOffered(question, time) !== offered.has(time));
  return wrong.length === 0 ? null : `isOffered disagrees at ${isoList(wrong)}`;
}

/** A viewer who pages through the days of another zone sees the same starts as one who asks for all at once. */
export function acrossViewers({ question, range, viewerTimeZone }: Situation): Contradiction {
  const whole = freeSlots(question, range).map((slot) => slot.startsAt);
  const paged: number[] = [];
  let from = range.from;
  while (from < range.to) {
    const next = startOfDate(viewerTimeZone, dateAt(viewerTimeZone, from) + 1);
    const to = Math.min(range.to, next > from ? next : from + 3_600_000);
    paged.push(...freeSlots(question, { from, to }).map((slot) => slot.startsAt));
    from = to;
  }
  return paged.join() === whole.join()
    ? null
    : `at once ${isoList(whole)}, in ${viewerTimeZone} by day ${isoList(paged)}`;
}

export const agreements = { againstOracle, againstReasons, acrossViewers };

function isoList(times: readonly number[]): string {
  return (
    times
      .slice(0, 6)
      .map((time) => new Date(time).toISOString())
      .join(' ') || 'none'
  );
}

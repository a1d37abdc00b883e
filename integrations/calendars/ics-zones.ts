import ICAL from 'ical.js';
import { isTimeZone, offsetAt, resolveWall, startOfDate } from '#domain/time/zones.ts';
import { dayMs } from '#domain/time/dates.ts';
import { windowsZones } from './windows-zones.ts';

/** Reads wall clock times of one zone as instants, and back. All in milliseconds. */
export type WallClock = {
  toInstant(wallMs: number): number;
  toWall(instant: number): number;
  startOfDate(day: number): number;
};

export type ClockByTzid = (tzid: string | null) => WallClock;

export const utcClock: WallClock = {
  toInstant: (wallMs) => wallMs,
  toWall: (instant) => instant,
  startOfDate: (day) => day * dayMs,
};

/**
 * The clocks of a calendar. A TZID is looked up as an IANA name (also one behind a vendor's prefix), as a Windows name,
 * by what its VTIMEZONE says of its location, and last by the VTIMEZONE's own rules. Times without a zone, and zones
 * that nothing is known of, are read in the calendar owner's zone.
 */
export function clocksOf(calendar: ICAL.Component, ownerTimeZone: string): ClockByTzid {
  const owner = ianaClock(ownerTimeZone);
  const known = new Map<string, WallClock>();
  return (tzid) => {
    if (tzid === null) return owner;
    const clock = known.get(tzid) ?? findClock(calendar, tzid) ?? owner;
    known.set(tzid, clock);
    return clock;
  };
}

function findClock(calendar: ICAL.Component, tzid: string): WallClock | null {
  const named = ianaName(tzid);
  if (named !== null) return ianaClock(named);
  const definition = calendar
    .getAllSubcomponents('vtimezone')
    .find((zone) => zone.getFirstPropertyValue('tzid') === tzid);
  if (definition === undefined) return null;
  const location = definition.getFirstPropertyValue('x-lic-location');
  const located = typeof location === 'string' ? ianaName(location) : null;
  return located === null ? definedClock(new ICAL.Timezone({ component: definition, tzid })) : ianaClock(located);
}

function ianaName(tzid: string): string | null {
  const name = tzid.trim().replace(/^"|"$/g, '');
  if (isTimeZone(name)) return name;
  const windows = windowsZones[name];
  if (windows !== undefined) return windows;
  const parts = name.split('/').filter((part) => part !== '');
  for (let from = 1; from < parts.length - 1; from += 1) {
    const tail = parts.slice(from).join('/');
    if (isTimeZone(tail)) return tail;
  }
  return null;
}

export function ianaClock(timeZone: string): WallClock {
  return {
    toInstant: (wallMs) => resolveWall(timeZone, wallMs),
    toWall: (instant) => instant + offsetAt(timeZone, instant),
    startOfDate: (day) => startOfDate(timeZone, day),
  };
}

/** A zone known only by its VTIMEZONE. Between wall clock and instant, the offsets around the time are tried. */
function definedClock(zone: ICAL.Timezone): WallClock {
  const offset = (wallMs: number): number => zone.utcOffset(ICAL.Time.fromJSDate(new Date(wallMs), true)) * 1000;
  const clock = {
    toInstant: (wallMs: number) => wallMs - offset(wallMs),
    toWall: (instant: number) => {
      const near = instant + offset(instant);
      return instant + offset(near);
    },
  };
  return { ...clock, startOfDate: (day) => clock.toInstant(day * dayMs) };
}

import ICAL from 'ical.js';
import { dayMs } from '#domain/time/dates.ts';
import type { Length, Moment } from './ics-values.ts';
import { instantOf, lengthOf, momentOf, momentsOf } from './ics-values.ts';
import type { ClockByTzid } from './ics-zones.ts';

/** One VEVENT: a single event, the master of a series, or an exception to one (with `recurrenceId`). */
export type CalendarEvent = {
  uid: string;
  sequence: number;
  blocks: boolean;
  start: Moment;
  length: Length;
  recurrenceId: { moment: Moment; andFuture: boolean } | null;
  rules: readonly ICAL.Recur[];
  extra: readonly { start: Moment; length: Length | null }[];
  excluded: readonly Moment[];
};

/** Throws RangeError when there is no start. */
export function readEvent(
  component: ICAL.Component,
  clocks: ClockByTzid,
  ownerEmails: readonly string[],
): CalendarEvent {
  const start = firstMoment(component, 'dtstart', clocks);
  if (start === null) throw new RangeError('an event without DTSTART');
  return {
    uid: String(component.getFirstPropertyValue('uid') ?? ''),
    sequence: Number(component.getFirstPropertyValue('sequence') ?? 0),
    blocks: blocksTime(component, ownerEmails),
    start,
    length: eventLength(component, start, clocks),
    recurrenceId: recurrenceIdOf(component, clocks),
    rules: component.getAllProperties('rrule').flatMap((rule) => {
      const value: unknown = rule.getFirstValue();
      return value instanceof ICAL.Recur ? [value] : [];
    }),
    extra: component.getAllProperties('rdate').flatMap((property) => extraStarts(property, clocks)),
    excluded: component.getAllProperties('exdate').flatMap((property) => momentsOf(property, clocks)),
  };
}

/**
 * Free: transparent (RFC 5545 3.8.2.7), cancelled, free in Outlook's own property, or declined by the calendar's owner.
 */
function blocksTime(component: ICAL.Component, ownerEmails: readonly string[]): boolean {
  const says = (name: string): string => String(component.getFirstPropertyValue(name) ?? '').toUpperCase();
  if (says('transp') === 'TRANSPARENT' || says('status') === 'CANCELLED') return false;
  if (says('x-microsoft-cdo-busystatus') === 'FREE') return false;
  return !component.getAllProperties('attendee').some((attendee) => {
    const email = String(attendee.getFirstValue())
      .toLowerCase()
      .replace(/^mailto:/, '');
    return attendee.getFirstParameter('partstat')?.toUpperCase() === 'DECLINED' && ownerEmails.includes(email);
  });
}

/**
 * RFC 5545 3.6.1: DTEND, or DURATION, or a whole day for a date, or no time at all. From DTEND the exact duration
 * counts.
 */
function eventLength(component: ICAL.Component, start: Moment, clocks: ClockByTzid): Length {
  const end = firstMoment(component, 'dtend', clocks);
  if (end !== null && start.isDate)
    return { days: Math.max(1, Math.round((end.wallMs - start.wallMs) / dayMs)), ms: 0 };
  if (end !== null) return { days: 0, ms: instantOf(end) - instantOf(start) };
  const duration: unknown = component.getFirstPropertyValue('duration');
  if (duration instanceof ICAL.Duration) return lengthOf(duration);
  return { days: start.isDate ? 1 : 0, ms: 0 };
}

function recurrenceIdOf(component: ICAL.Component, clocks: ClockByTzid): CalendarEvent['recurrenceId'] {
  const moment = firstMoment(component, 'recurrence-id', clocks);
  if (moment === null) return null;
  const range = component.getFirstProperty('recurrence-id')?.getFirstParameter('range');
  return { moment, andFuture: range?.toUpperCase() === 'THISANDFUTURE' };
}

/** RDATE: starts, or periods that bring a length of their own. */
function extraStarts(property: ICAL.Property, clocks: ClockByTzid): { start: Moment; length: Length | null }[] {
  const tzid = property.getFirstParameter('tzid') ?? null;
  const periods = property.getValues().flatMap((value: unknown) => {
    if (!(value instanceof ICAL.Period) || !(value.start instanceof ICAL.Time)) return [];
    const [start, ...ends] = momentsFrom([value.start, value.end], tzid, clocks);
    if (start === undefined) return [];
    if (value.duration instanceof ICAL.Duration) return [{ start, length: lengthOf(value.duration) }];
    return ends.map((end) => ({ start, length: { days: 0, ms: instantOf(end) - instantOf(start) } }));
  });
  return [...momentsOf(property, clocks).map((start) => ({ start, length: null })), ...periods];
}

function momentsFrom(times: readonly unknown[], tzid: string | null, clocks: ClockByTzid): Moment[] {
  return times.flatMap((time) => (time instanceof ICAL.Time ? [momentOf(time, tzid, clocks)] : []));
}

function firstMoment(component: ICAL.Component, name: string, clocks: ClockByTzid): Moment | null {
  const property = component.getFirstProperty(name);
  return (property && momentsOf(property, clocks)[0]) ?? null;
}

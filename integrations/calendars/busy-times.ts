import ICAL from 'ical.js';
import type { BusyInterval } from '#domain/slots/claims.ts';
import type { CalendarEvent } from './ics-event.ts';
import { readEvent } from './ics-event.ts';
import { endOf, instantOf, lengthOf, momentOf } from './ics-values.ts';
import type { ClockByTzid } from './ics-zones.ts';
import { clocksOf } from './ics-zones.ts';
import { busySpans } from './series.ts';

export type CalendarQuestion = {
  /** Epoch milliseconds, half-open. */
  from: number;
  to: number;
  /** The zone of whole days and of times without one: the calendar owner's. */
  timeZone: string;
  /** An event that one of these addresses declined does not block. Lower case. */
  ownerEmails?: readonly string[];
};

/**
 * What an outside calendar blocks. `unreadable` says which events could not be understood: their time is not known to
 * be free, so whoever asks must not treat the calendar as complete.
 */
export type CalendarBusyTimes = { busy: BusyInterval[]; unreadable: { uid: string; problem: string }[] };

const occurrencesMax = 50_000;

/**
 * Reads iCalendar text (RFC 5545): recurrences, exceptions, whole days, zones, transparent and cancelled events,
 * free/busy. Work is bounded by the text's length and, for each event, by the range (at most 50,000 occurrences).
 * Throws SyntaxError when the text is no iCalendar at all.
 */
export function readBusyTimes(text: string, question: CalendarQuestion): CalendarBusyTimes {
  const found: CalendarBusyTimes = { busy: [], unreadable: [] };
  for (const calendar of parseCalendars(text)) readCalendar(calendar, question, found);
  found.busy.sort((a, b) => a.startsAt - b.startsAt || a.endsAt - b.endsAt);
  return found;
}

function parseCalendars(text: string): ICAL.Component[] {
  try {
    const parsed: unknown[] = ICAL.parse(text);
    if (parsed.length === 0) throw new Error('it is empty');
    const several = Array.isArray(parsed[0]) ? parsed : [parsed];
    return several.map((jcal) => new ICAL.Component(jcal as ConstructorParameters<typeof ICAL.Component>[0]));
  } catch (error) {
    throw new SyntaxError(`not an iCalendar text: ${(error as Error).message}`, { cause: error });
  }
}

function readCalendar(calendar: ICAL.Component, question: CalendarQuestion, found: CalendarBusyTimes): void {
  if (String(calendar.getFirstPropertyValue('method') ?? '').toUpperCase() === 'CANCEL') return;
  const clocks = clocksOf(calendar, question.timeZone);
  const series = new Map<string, CalendarEvent[]>();
  for (const component of calendar.getAllSubcomponents('vevent')) {
    attempt(String(component.getFirstPropertyValue('uid') ?? ''), found, () => {
      const event = readEvent(component, clocks, question.ownerEmails ?? []);
      series.set(event.uid, [...(series.get(event.uid) ?? []), event]);
    });
  }
  for (const [uid, events] of series) {
    attempt(uid, found, () => found.busy.push(...busySpans(events, question.from, question.to, occurrencesMax)));
  }
  for (const component of calendar.getAllSubcomponents('vfreebusy')) {
    attempt('', found, () => found.busy.push(...freeBusySpans(component, clocks, question)));
  }
}

function attempt(uid: string, found: CalendarBusyTimes, read: () => void): void {
  try {
    read();
  } catch (error) {
    found.unreadable.push({ uid, problem: (error as Error).message });
  }
}

/** VFREEBUSY: every period that is not said to be free. */
function freeBusySpans(component: ICAL.Component, clocks: ClockByTzid, { from, to }: CalendarQuestion): BusyInterval[] {
  return component.getAllProperties('freebusy').flatMap((property) => {
    if (property.getFirstParameter('fbtype')?.toUpperCase() === 'FREE') return [];
    return property.getValues().flatMap((value: unknown) => {
      if (!(value instanceof ICAL.Period) || !(value.start instanceof ICAL.Time)) return [];
      const start = momentOf(value.start, null, clocks);
      const ends = value.duration instanceof ICAL.Duration ? endOf(start, lengthOf(value.duration)) : null;
      const endsAt =
        ends ?? (value.end instanceof ICAL.Time ? instantOf(momentOf(value.end, null, clocks)) : -Infinity);
      const startsAt = instantOf(start);
      return startsAt < endsAt && startsAt < to && endsAt > from ? [{ startsAt, endsAt }] : [];
    });
  });
}

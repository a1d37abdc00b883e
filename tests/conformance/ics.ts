import type { BusyInterval } from '#domain/slots/claims.ts';
import { dayMs, minuteMs } from '#domain/time/dates.ts';
import { readBusyTimes } from '#integrations/calendars/busy-times.ts';
import type { CaseInput } from './format.ts';

/**
 * The busy times of an outside calendar's lines: a whole calendar, or the events of one, or the lines of a single
 * event. Read for the asked range and for what lies between now and it. An event that cannot be read fails the case.
 */
export function busyTimesOf(ics: string[] | string[][] | string, timeZone: string, input: CaseInput): BusyInterval[] {
  const { range, now, event } = input;
  const around =
    (event.durationMin + (event.bufferBeforeMin ?? 0) + (event.bufferAfterMin ?? 0)) * minuteMs + 8 * dayMs;
  const from = Math.min(Date.parse(range.from), Date.parse(now)) - around;
  const { busy, unreadable } = readBusyTimes(calendarText(ics), { from, to: Date.parse(range.to) + around, timeZone });
  if (unreadable.length > 0) throw new Error(`unreadable events: ${JSON.stringify(unreadable)}`);
  return busy;
}

function calendarText(ics: string[] | string[][] | string): string {
  const given = typeof ics === 'string' ? ics.split(/\r?\n/) : ics;
  const events = given.some(Array.isArray) ? given.map((event) => [event].flat()) : [given as string[]];
  const lines = events.flatMap((event) => (hasComponent(event) ? event : ['BEGIN:VEVENT', ...event, 'END:VEVENT']));
  const wrapped = lines.includes('BEGIN:VCALENDAR')
    ? lines
    : ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'];
  return wrapped.filter((line) => line !== '').join('\r\n');
}

function hasComponent(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith('BEGIN:VEVENT') || line.startsWith('BEGIN:VCALENDAR'));
}

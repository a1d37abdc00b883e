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
  const groups = given.some(Array.isArray) ? given.map((group) => [group].flat()) : [given as string[]];
  const lines = groups.flatMap(componentLines).filter((line) => line !== '');
  const whole = lines.includes('BEGIN:VCALENDAR');
  return (whole ? lines : ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR']).join('\r\n');
}

/** Lines outside of any component are those of events. */
function componentLines(lines: readonly string[]): string[] {
  const components: string[] = [];
  const loose: string[] = [];
  let depth = 0;
  for (const line of lines) {
    if (line.startsWith('BEGIN:')) depth += 1;
    (depth > 0 ? components : loose).push(line);
    if (line.startsWith('END:')) depth -= 1;
  }
  return [...components, ...eventsOf(loose).flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT'])];
}

/** One event has one DTSTART: with a second one, and the UID and RECURRENCE-ID lines right before it, another event begins. */
function eventsOf(lines: readonly string[]): string[][] {
  const events: string[][] = [];
  let current: string[] = [];
  for (const line of lines) {
    if (line.startsWith('DTSTART') && current.some((each) => each.startsWith('DTSTART'))) {
      const head = current.findLastIndex((each) => !/^(UID|RECURRENCE-ID|SEQUENCE)\b/.test(each)) + 1;
      events.push(current.slice(0, head));
      current = current.slice(head);
    }
    current.push(line);
  }
  return current.length === 0 ? events : [...events, current];
}

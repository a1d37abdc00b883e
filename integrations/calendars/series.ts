import { dayMs } from '#domain/time/dates.ts';
import { occurrences } from '#domain/time/recurrence.ts';
import type { CalendarEvent } from './ics-event.ts';
import type { Length, Moment } from './ics-values.ts';
import { endOf, instantOf, ruleOf } from './ics-values.ts';

export type BusySpan = { startsAt: number; endsAt: number };

/** A start of the series, by its original moment (what RECURRENCE-ID and EXDATE name). */
type Instance = { start: Moment; length: Length };

/**
 * The time that the events of one UID block within [from, to). Exceptions stand for themselves and replace the instance
 * that they name; one for THISANDFUTURE also moves all later ones. Throws RangeError when a rule gives more than
 * `occurrencesMax`.
 */
export function busySpans(
  events: readonly CalendarEvent[],
  from: number,
  to: number,
  occurrencesMax: number,
): BusySpan[] {
  const exceptions = events.filter((event) => event.recurrenceId !== null);
  const masters = latest(events.filter((event) => event.recurrenceId === null));
  const spans = exceptions.filter((event) => event.blocks).map(({ start, length }) => spanOf(start, length));
  const replaced = new Set(exceptions.flatMap((event) => names(event.recurrenceId!.moment)));
  const movers = exceptions
    .filter((event) => event.recurrenceId!.andFuture)
    .sort((a, b) => movedFrom(a) - movedFrom(b));
  for (const master of masters) {
    const excluded = new Set(master.excluded.flatMap(names));
    for (const instance of instancesOf(master, movers, from, to, occurrencesMax)) {
      if (isNamed(excluded, instance.start) || isNamed(replaced, instance.start)) continue;
      const mover = movers.findLast((event) => movedFrom(event) <= instantOf(instance.start));
      if ((mover ?? master).blocks)
        spans.push(mover === undefined ? spanOf(instance.start, instance.length) : moved(instance, mover));
    }
  }
  return spans.filter((span) => span.startsAt < span.endsAt && span.startsAt < to && span.endsAt > from);
}

/** Several copies of one event: the one with the highest SEQUENCE; without a UID they are different events. */
function latest(masters: readonly CalendarEvent[]): CalendarEvent[] {
  const highest = Math.max(...masters.map((event) => event.sequence));
  return masters.filter((event) => event.uid === '' || event.sequence === highest);
}

function* instancesOf(
  master: CalendarEvent,
  movers: readonly CalendarEvent[],
  from: number,
  to: number,
  occurrencesMax: number,
): Generator<Instance> {
  const { start, length } = master;
  const reach = Math.max(
    0,
    ...[master, ...movers].map((event) => endOf(event.start, event.length) - instantOf(event.start)),
  );
  const shift = Math.max(0, ...movers.map((event) => Math.abs(instantOf(event.start) - movedFrom(event))));
  const begin = from - reach - shift - 2 * dayMs;
  let given = 0;
  if (master.rules.length === 0) yield { start, length };
  for (const recur of master.rules) {
    for (const wallMs of occurrences(ruleOf(recur, start), start.wallMs, begin, to + shift + 2 * dayMs)) {
      given += 1;
      if (given > occurrencesMax) throw new RangeError(`more than ${occurrencesMax} occurrences`);
      yield { start: { ...start, wallMs }, length };
    }
  }
  for (const extra of master.extra) yield { start: extra.start, length: extra.length ?? length };
}

function spanOf(start: Moment, length: Length): BusySpan {
  return { startsAt: instantOf(start), endsAt: endOf(start, length) };
}

/** Later instances keep their distance, on the wall clock, to the one that the exception moved. */
function moved(instance: Instance, mover: CalendarEvent): BusySpan {
  const wallMs = mover.start.wallMs + instance.start.wallMs - mover.recurrenceId!.moment.wallMs;
  return spanOf({ ...mover.start, wallMs }, mover.length);
}

function movedFrom(mover: CalendarEvent): number {
  return instantOf(mover.recurrenceId!.moment);
}

/** An instance is named by its instant, or by its date. */
function names(moment: Moment): string[] {
  return moment.isDate ? [`date ${moment.wallMs}`] : [`instant ${instantOf(moment)}`];
}

function isNamed(known: ReadonlySet<string>, start: Moment): boolean {
  return known.has(`instant ${instantOf(start)}`) || known.has(`date ${Math.floor(start.wallMs / dayMs) * dayMs}`);
}

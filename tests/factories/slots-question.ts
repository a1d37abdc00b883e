import type { HostFacts, SlotsQuestion } from '#domain/slots/input.ts';
import { defaultRules } from '#domain/slots/rules.ts';
import type { MeetingRules } from '#domain/slots/rules.ts';
import type { Schedule } from '#domain/slots/schedule.ts';

/**
 * A question to vary in examples: one host in UTC, Monday to Friday 09:00–12:00, hour-long meetings, asked on Sunday
 * 2026-06-07.
 */
export const monday = Date.parse('2026-06-08T00:00Z');

export function at(text: string): number {
  return Date.parse(`${text}Z`);
}

export function schedule(changes: Partial<Schedule> = {}): Schedule {
  const morning = [['09:00', '12:00']] as const;
  return {
    timeZone: 'UTC',
    weekly: { mon: morning, tue: morning, wed: morning, thu: morning, fri: morning },
    ...changes,
  };
}

export function host(changes: Partial<HostFacts> = {}): HostFacts {
  return { hostId: 'ada', schedule: schedule(), claims: [], busy: [], ...changes };
}

export function ask(rules: Partial<MeetingRules> = {}, hosts: HostFacts[] = [host()]): SlotsQuestion {
  return { hosts, rules: { ...defaultRules, durationMinutes: 60, ...rules }, now: at('2026-06-07T12:00') };
}

/** A booking without buffers of its own. */
export function booking(start: string, end: string, changes: object = {}): HostFacts['claims'][number] {
  return { startsAt: at(start), endsAt: at(end), bufferBeforeMinutes: 0, bufferAfterMinutes: 0, ...changes };
}

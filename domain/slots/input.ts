import { dayMs } from '#domain/time/dates.ts';
import type { Asking, BusyInterval, Claim } from './claims.ts';
import type { MeetingRules } from './rules.ts';
import { intervalOf } from './rules.ts';
import type { Schedule } from './schedule.ts';

/** One host: schedule, own live claims, and time taken elsewhere. Claims and busy times may come in any order. */
export type HostFacts = {
  hostId: string;
  schedule: Schedule;
  claims: readonly Claim[];
  busy: readonly BusyInterval[];
};

/** Everything that a question about slots needs; the answer is a pure function of it. */
export type SlotsQuestion = Asking & {
  hosts: readonly HostFacts[];
  /** Of several hosts, any one (`roundRobin`, the default) or all of them (`collective`) must be free. */
  mode?: 'roundRobin' | 'collective';
  rules: MeetingRules;
};

/** Starts in [from, to), epoch milliseconds. */
export type SlotRange = { from: number; to: number };

/** The longest range that is answered. */
export const rangeDaysMax = 366;

/** Throws RangeError for what validation must have refused before: everything after this is bounded. */
export function assertBounded(rules: MeetingRules, range: SlotRange): void {
  const { durationMinutes, offsetMinutes } = rules;
  if (!(range.to - range.from <= rangeDaysMax * dayMs)) throw new RangeError(`range of more than ${rangeDaysMax} days`);
  if (!(durationMinutes >= 1)) throw new RangeError(`durationMinutes: ${durationMinutes}, at least 1`);
  if (!(intervalOf(rules) >= 1)) throw new RangeError(`intervalMinutes: ${intervalOf(rules)}, at least 1`);
  if (!(offsetMinutes >= 0)) throw new RangeError(`offsetMinutes: ${offsetMinutes}, at least 0`);
}

import type { ScheduleRules } from '#contract/schedules.ts';

export type Weekly = ScheduleRules['weekly'];
export type Weekday = keyof Weekly;
export type Window = [string, string];

/** In the order of the contract, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[];

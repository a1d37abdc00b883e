import { dayMs, mondayOf, weekdayOf } from './dates.ts';
import type { RecurrenceRule } from './recurrence.ts';

/**
 * What a rule leaves unsaid comes from its start (RFC 5545 3.3.10): the date of a yearly rule, the day of a monthly
 * one, the weekday of a weekly one or of a rule that names weeks only.
 */
export function withDefaults(rule: RecurrenceRule, startMs: number): RecurrenceRule {
  const start = new Date(startMs);
  const sameDay = { monthDays: [start.getUTCDate()] };
  const sameWeekday = { weekdays: [{ weekday: weekdayOf(Math.floor(startMs / dayMs)), ordinal: 0 }] };
  const saysDays = rule.yearDays.length + rule.monthDays.length + rule.weekdays.length > 0;
  if (saysDays) return rule;
  if (rule.frequency === 'WEEKLY' || rule.weekNumbers.length > 0) return { ...rule, ...sameWeekday };
  if (rule.frequency === 'MONTHLY') return { ...rule, ...sameDay };
  if (rule.frequency !== 'YEARLY') return rule;
  return rule.months.length > 0 ? { ...rule, ...sameDay } : { ...rule, ...sameDay, months: [start.getUTCMonth() + 1] };
}

/** Whether a date passes every BY part of the rule that speaks of dates. */
export function matchesDate(rule: RecurrenceRule, day: number): boolean {
  const date = new Date(day * dayMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (rule.months.length > 0 && !rule.months.includes(month + 1)) return false;
  if (rule.weekdays.length > 0 && !matchesWeekday(rule, day, year, month)) return false;
  if (rule.monthDays.length > 0 && !isNth(rule.monthDays, day, firstOf(year, month), firstOf(year, month + 1)))
    return false;
  if (rule.yearDays.length > 0 && !isNth(rule.yearDays, day, firstOf(year, 0), firstOf(year + 1, 0))) return false;
  return rule.weekNumbers.length === 0 || matchesWeekNumber(rule, day);
}

/**
 * Ordinals count within the month, or, for a yearly rule without months, within the year; elsewhere they mean nothing.
 */
function matchesWeekday(rule: RecurrenceRule, day: number, year: number, month: number): boolean {
  const weekday = weekdayOf(day);
  const ofYear = rule.frequency === 'YEARLY' && rule.months.length === 0;
  const ordinalsCount = rule.frequency === 'MONTHLY' || (rule.frequency === 'YEARLY' && rule.weekNumbers.length === 0);
  return rule.weekdays.some((wanted) => {
    if (wanted.weekday !== weekday) return false;
    if (wanted.ordinal === 0 || !ordinalsCount) return true;
    const first = ofYear ? firstOf(year, 0) : firstOf(year, month);
    const next = ofYear ? firstOf(year + 1, 0) : firstOf(year, month + 1);
    if (wanted.ordinal > 0) return Math.floor((day - first) / 7) + 1 === wanted.ordinal;
    return -(Math.floor((next - 1 - day) / 7) + 1) === wanted.ordinal;
  });
}

function isNth(wanted: readonly number[], day: number, first: number, next: number): boolean {
  return wanted.includes(day - first + 1) || wanted.includes(day - next);
}

/** ISO 8601 weeks, but beginning on the rule's week start: week 1 is the first with four days in the year. */
function matchesWeekNumber(rule: RecurrenceRule, day: number): boolean {
  const weekStart = mondayOf(day - rule.weekStart) + rule.weekStart;
  const year = new Date((weekStart + 3) * dayMs).getUTCFullYear();
  const number = (weekStart - firstWeek(year, rule.weekStart)) / 7 + 1;
  const weeks = (firstWeek(year + 1, rule.weekStart) - firstWeek(year, rule.weekStart)) / 7;
  return rule.weekNumbers.includes(number) || rule.weekNumbers.includes(number - weeks - 1);
}

function firstWeek(year: number, weekStart: number): number {
  const fourth = firstOf(year, 0) + 3;
  return mondayOf(fourth - weekStart) + weekStart;
}

/** Day number of the first of a month; months may run over into other years. */
function firstOf(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1) / dayMs;
}

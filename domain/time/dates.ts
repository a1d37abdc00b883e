/**
 * Calendar dates and times of day without a zone. A date is a day number (days since 1970-01-01, proleptic Gregorian),
 * so that adding days is adding integers; a time of day is minutes since midnight.
 */
export const minuteMs = 60_000;
export const dayMs = 86_400_000;

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern = /^(\d{2}):([0-5]\d)$/;

/** `YYYY-MM-DD` → day number; `null` when it is not a date of the calendar (2026-02-30). */
export function parseDate(text: string): number | null {
  const match = datePattern.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? ms / dayMs : null;
}

/** Day number → `YYYY-MM-DD`. */
export function formatDate(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/**
 * `HH:MM` → minutes since midnight, 0 to 2880; `null` when it is not a time. Hours from 24 on are the next day's:
 * `24:00` is the end of the day, `26:00` is 02:00 the day after.
 */
export function parseTimeOfDay(text: string): number | null {
  const match = timePattern.exec(text);
  if (match === null) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= 2880 ? minutes : null;
}

/** Minutes since midnight → `HH:MM`. */
export function formatTimeOfDay(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** 0 = Monday … 6 = Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** The Monday of the date's ISO 8601 week. */
export function mondayOf(day: number): number {
  return day - weekdayOf(day);
}

/** ISO 8601 week, as `2026-W01`: the year is that of the week's Thursday. */
export function formatIsoWeek(day: number): string {
  const thursday = mondayOf(day) + 3;
  const year = new Date(thursday * dayMs).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / dayMs) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

import { offsetName, placeName } from './zones.ts';

export type HourCycle = 'h12' | 'h23';
export type TimeStyle = { locale: string; zone: string; hourCycle: HourCycle };

const formats = new Map<string, Intl.DateTimeFormat>();
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale, options);
    formats.set(key, found);
  }
  return found;
}

export function clock(at: string | Date, { locale, zone, hourCycle }: TimeStyle): string {
  const hour = hourCycle === 'h12' ? 'numeric' : '2-digit';
  return format(locale, { timeZone: zone, hour, minute: '2-digit', hourCycle }).format(new Date(at));
}

/** `Wed 25 Nov`: the weekday always beside the date. */
export function day(at: string | Date, { locale, zone }: Pick<TimeStyle, 'locale' | 'zone'>): string {
  return format(locale, { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' })
    .format(new Date(at))
    .replace(',', '');
}

export function longDay(at: string | Date, { locale, zone }: Pick<TimeStyle, 'locale' | 'zone'>): string {
  return format(locale, { timeZone: zone, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(
    new Date(at),
  );
}

/** Of a calendar date, which has no zone. */
export function dateName(date: string, locale: string, style: 'short' | 'long'): string {
  const options: Intl.DateTimeFormatOptions =
    style === 'long'
      ? { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }
      : { weekday: 'short', day: 'numeric', month: 'short' };
  const name = format(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
  return style === 'long' ? name : name.replace(',', '');
}

export function monthName(month: string, locale: string): string {
  return format(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`));
}

/** Names of the weekdays from a first one (1 = Monday). */
export function weekdayNames(locale: string, first: number, style: 'short' | 'long'): string[] {
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, index) =>
    format(locale, { weekday: style, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, first + index))),
  );
}

export function range(from: string | Date, to: string | Date, style: TimeStyle): string {
  return `${clock(from, style)} – ${clock(to, style)}`;
}

export function zoneName(zone: string, at: Date): string {
  const offset = offsetName(zone, at);
  return zone === 'UTC' ? 'UTC' : `${placeName(zone)} (${offset})`;
}

/** `9:18`, `1:02:09`: hours only when there are any. */
export function countdown(remainingMs: number): string {
  const seconds = Math.max(0, Math.ceil(remainingMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `2 minutes ago`, `in 3 days`, in the language's words. */
export function relative(at: string | Date, now: Date, locale: string): string {
  const seconds = Math.round((new Date(at).getTime() - now.getTime()) / 1000);
  const names = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return names.format(Math.trunc(seconds / size), unit);
  return names.format(Math.abs(seconds) < 10 ? 0 : seconds, 'second');
}

/** `1 day`, `1 hour, 30 minutes`, in the language's words: 1440 is a day to nobody who reads it. */
export function lengthName(minutes: number, locale: string): string {
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ] as const;
  const shown = parts.filter(([amount, unit]) => amount > 0 || (minutes === 0 && unit === 'minute'));
  const names = shown.map(([amount, unit]) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount),
  );
  return new Intl.ListFormat(locale, { type: 'unit' }).format(names);
}

export function defaultHourCycle(locale: string): HourCycle {
  const { hour12 } = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions();
  return hour12 === true ? 'h12' : 'h23';
}

/** How one recipient reads times: language and region, zone, clock. */
export type Clock = { locale: string; timeZone: string; hourCycle?: 'h12' | 'h23' };

export type ShownTimes = {
  /** `Wednesday, 25 November 2026` */
  date: string;
  /** `11:15 – 12:00`; an end on another day brings its weekday: `23:30 – Thu 26 Nov, 00:15`. */
  range: string;
  /** `Eastern European Standard Time (UTC+2)`, as it is when the meeting starts. */
  zone: string;
  /** `11:15` */
  start: string;
  /** `Wed 25 Nov, 11:15` */
  short: string;
};

export function showTimes(startsAt: Date, endsAt: Date, clock: Clock): ShownTimes {
  const start = timeOfDay(startsAt, clock);
  const sameDay = date(startsAt, clock) === date(endsAt, clock);
  return {
    date: date(startsAt, clock),
    range: `${start} – ${sameDay ? timeOfDay(endsAt, clock) : shortTime(endsAt, clock)}`,
    zone: zoneInWords(startsAt, clock),
    start,
    short: shortTime(startsAt, clock),
  };
}

/** `Wed 25 Nov, 11:15` */
export function shortTime(instant: Date, clock: Clock): string {
  return format(instant, clock, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...timeFields(clock),
  });
}

/** The zone's name with its offset at `instant`; a zone without a name goes by its city. */
export function zoneInWords(instant: Date, clock: Clock): string {
  const offset = offsetFromUtc(zoneName(instant, { ...clock, locale: 'en' }, 'shortOffset'));
  const name = zoneName(instant, clock, 'long');
  if (!/^(GMT|UTC)([+\-−]|$)/.test(name)) return `${name} (${offset})`;
  const city = clock.timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? '';
  return clock.timeZone.includes('/') && !clock.timeZone.startsWith('Etc/') ? `${city} (${offset})` : offset;
}

function date(instant: Date, clock: Clock): string {
  return format(instant, clock, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

function timeOfDay(instant: Date, clock: Clock): string {
  return format(instant, clock, { ...timeFields(clock) });
}

/** `09:15` on a clock of 24 hours, `9:15 AM` on one of 12. */
function timeFields(clock: Clock): Intl.DateTimeFormatOptions {
  const chosen = clock.hourCycle === undefined ? {} : { hourCycle: clock.hourCycle };
  const { hourCycle } = formatter(clock.locale, { hour: 'numeric', ...chosen }).resolvedOptions();
  return { hour: hourCycle === 'h23' ? '2-digit' : 'numeric', minute: '2-digit', ...chosen };
}

/** Narrow spaces, which some mail clients draw as boxes, become plain ones. */
function format(instant: Date, clock: Clock, options: Intl.DateTimeFormatOptions): string {
  return formatter(clock.locale, { ...options, timeZone: clock.timeZone })
    .format(instant)
    .replace(/[\u2009\u202f]/g, ' ');
}

function zoneName(instant: Date, clock: Clock, style: 'long' | 'shortOffset'): string {
  const parts = formatter(clock.locale, { timeZone: clock.timeZone, timeZoneName: style }).formatToParts(instant);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? clock.timeZone;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const mostFormatters = 500;

/** Making one takes a millisecond, using it microseconds: they are kept, as many as the zones in use ask for. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size >= mostFormatters) formatters.clear();
  const made = new Intl.DateTimeFormat(locale, options);
  formatters.set(key, made);
  return made;
}

/** `GMT-3` → `UTC−3`, `GMT` and `GMT+0` → `UTC`. */
function offsetFromUtc(gmt: string): string {
  const offset = gmt.replace(/^GMT/, '').replace('-', '−');
  return offset === '' || /^[+−]0+(:00)?$/.test(offset) ? 'UTC' : `UTC${offset}`;
}

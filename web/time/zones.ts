let known: string | null = null;
/** The zone of this device when the page was opened; UTC where the browser does not tell. */
export function deviceZone(): string {
  return (known ??= Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
}

export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatIn(zone, 'en-CA', dateParts);
    return true;
  } catch {
    return false;
  }
}

export function allZones(): string[] {
  const zones = Intl.supportedValuesOf('timeZone');
  return zones.includes('UTC') ? zones : [...zones, 'UTC'];
}

const dateParts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const formats = new Map<string, Intl.DateTimeFormat>();
/** Made once for each zone and purpose: making one costs more than a month of formatting. */
function formatIn(zone: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${zone}`;
  let found = formats.get(key);
  if (found === undefined) formats.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })));
  return found;
}

/** Minutes east of UTC at an instant. */
export function offsetMinutes(zone: string, at: Date): number {
  const parts = formatIn(zone, 'en-US', { timeZoneName: 'longOffset' }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** `UTC+2`, `UTC−3:30`: with a true minus, as clocks are read. */
export function offsetName(zone: string, at: Date): string {
  const minutes = offsetMinutes(zone, at);
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest > 0 ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** `Europe/Riga` → `Riga`; `America/Argentina/Buenos_Aires` → `Buenos Aires, Argentina`. */
export function placeName(zone: string): string {
  const parts = zone.split('/').map((part) => part.replaceAll('_', ' '));
  const city = parts.at(-1) ?? zone;
  return parts.length < 3 ? city : `${city}, ${parts.at(-2)}`;
}

/** The clock of the zone changes between two instants: worth a word beside the times. */
export function changesBetween(zone: string, from: Date, to: Date): boolean {
  return offsetMinutes(zone, from) !== offsetMinutes(zone, to);
}

/** The calendar date of an instant in a zone. */
export function dateIn(zone: string, at: Date): string {
  return formatIn(zone, 'en-CA', dateParts).format(at);
}

/** The wall clock of an instant in a zone, `HH:MM`. */
export function clockIn(zone: string, at: Date): string {
  return formatIn(zone, 'en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/**
 * The instant of a wall clock (`YYYY-MM-DDTHH:MM`) in a zone. Within a gap the clock moves on by the gap; of a repeated hour, the first
 * (as RFC 5545 and java.time do).
 */
export function instantAt(wall: string, zone: string): Date {
  const asUtc = Date.parse(`${wall}:00Z`);
  const dayMs = 86_400_000;
  const before = offsetMinutes(zone, new Date(asUtc - dayMs));
  const after = offsetMinutes(zone, new Date(asUtc + dayMs));
  const early = new Date(asUtc - before * 60_000);
  if (offsetMinutes(zone, early) === before) return early;
  const late = new Date(asUtc - after * 60_000);
  return offsetMinutes(zone, late) === after ? late : early;
}

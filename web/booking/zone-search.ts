import { offsetName, placeName } from '../time/zones.ts';

export type ZoneEntry = { zone: string; place: string; offset: string };

/** Zones by name, with the offset they have at an instant. */
export function zoneEntries(zones: readonly string[], at: Date): ZoneEntry[] {
  return zones.map((zone) => ({ zone, place: placeName(zone), offset: offsetName(zone, at) }));
}

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('−', '-')
    .replace(/[_/,]+/g, ' ');

/** Every word typed must be somewhere in the place, the zone's name or its offset: `new york`, `utc+2`, `kyiv`. */
export function searchZones(entries: readonly ZoneEntry[], words: string, limit: number): ZoneEntry[] {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  const found = entries.filter(({ zone, place, offset }) => {
    const text = plain(`${place} ${zone} ${offset}`);
    return wanted.every((word) => text.includes(word));
  });
  return found.slice(0, limit);
}

import { sql } from 'slonik';
import { z } from 'zod';
import type { Shared } from '#runtime/composition.ts';
import { memoryOf } from '#tests/bench/system/memory.ts';
import { untilSettled } from './afterwards.ts';
import type { Guests } from './guests.ts';
import { cpuSecondsOf } from './usage.ts';

/** The processes of the cluster, by what they are. */
export type Parts = Readonly<Record<string, readonly number[]>>;

const measuredMs = 25_000;
const kilobyte = 1_000;

/**
 * What bookings cost that are all of one kind: processor time in each part, and bytes that stay. From the first request until
 * the last mail has left; a machine that does something else makes it slower, not dearer.
 */
export async function costOf(kind: string, guests: Guests, shared: Shared, parts: Parts, ndaEvery: number) {
  const before = await look(shared, parts);
  const countBefore = guests.wishes.length;
  guests.phase = kind;
  const crowd = guests.book(3, ndaEvery);
  await new Promise((resolve) => setTimeout(resolve, measuredMs));
  await crowd.stop();
  await untilSettled(shared);
  const after = await look(shared, parts);
  const bookings = guests.wishes.length - countBefore;
  const each = (unit: string, difference: number) => `${Math.round(difference / bookings)} ${unit}`;
  const cpu = Object.keys(parts).map(
    (part) => `${part} ${each('ms', ((after.cpu[part] ?? 0) - (before.cpu[part] ?? 0)) * 1000)}`,
  );
  const bytes = Object.keys(after.bytes).map(
    (place) => `${place} ${each('kB', ((after.bytes[place] ?? 0) - (before.bytes[place] ?? 0)) / kilobyte)}`,
  );
  return `One of ${bookings} (${kind}): processor ${cpu.join(', ')}; kept ${bytes.join(', ')}.`;
}

export function memoryOfAll(parts: Parts): string {
  const each = Object.entries(parts).map(
    ([part, pids]) => `${part} ${pids.map((pid) => memoryOf(pid)?.toFixed(0) ?? 'unknown').join(' + ')} MB`,
  );
  return `Memory: ${each.join(', ')}.`;
}

async function look({ database, stream }: Shared, parts: Parts) {
  const Sizes = z.object({ countersign: z.number(), temporal: z.number() });
  const sizes = await database.one(sql.type(Sizes)`
    select pg_database_size('countersign') as countersign,
      pg_database_size('temporal') + pg_database_size('temporal_visibility') as temporal`);
  const cpu = Object.fromEntries(Object.entries(parts).map(([part, pids]) => [part, cpuSecondsOf(pids)]));
  return { cpu, bytes: { ...sizes, stream: (await stream.bounds()).bytes } as Record<string, number> };
}

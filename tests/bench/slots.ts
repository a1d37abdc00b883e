import slotCalculator from 'slot-calculator';
import type { Claim } from '#domain/slots/claims.ts';
import { freeSlots } from '#domain/slots/free.ts';
import type { SlotRange, SlotsQuestion } from '#domain/slots/input.ts';
import { defaultRules } from '#domain/slots/rules.ts';
import { dayMs, minuteMs } from '#domain/time/dates.ts';
import { resolveWall } from '#domain/time/zones.ts';
import { slotsPath } from './load/slots-path.ts';
import type { BenchRow } from './report.ts';
import { millisecondsPerCall } from './timing.ts';

/**
 * A month of 31 days, 09:00–17:00 every day in New York, 30-minute meetings; in May (no clock change) and in March 2026
 * (one on the 8th).
 */
const timeZone = 'America/New_York';
const months = [
  { name: 'fixed month', from: '2026-05-01', to: '2026-06-01' },
  { name: 'clock-change month', from: '2026-03-01', to: '2026-04-01' },
];
const hostCounts = [1, 10, 50];
const claimCounts = [0, 100, 1000, 10_000];

/** What the product promises, by hosts and claims of each host. */
const floors: Record<string, number> = { '1/100': 0.1, '1/10000': 1, '50/100': 3 };

export async function bench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const month of months) {
    const range = { from: instantOf(month.from), to: instantOf(month.to) };
    for (const hosts of hostCounts) {
      for (const claims of claimCounts) {
        const question = questionOf(range, hosts, claims);
        const name = `${month.name}, ${hosts} ${hosts === 1 ? 'host' : 'hosts'} × ${claims} claims`;
        const floor = floors[`${hosts}/${claims}`];
        const figure = millisecondsPerCall(() => freeSlots(question, range));
        rows.push({ name, figure, unit: 'ms', better: 'lower', ...(floor === undefined ? {} : { floor }) });
      }
    }
    rows.push(elsewhere(month.name, range), ...peerRows(month, range));
  }
  return [...rows, ...(await slotsPath())];
}

/** Claims outside of the asked range cost nothing but being looked at: a day out of a month with 10,000 claims. */
function elsewhere(month: string, range: SlotRange): BenchRow {
  const question = questionOf(range, 1, 10_000);
  const day = { from: range.from, to: range.from + dayMs };
  const figure = millisecondsPerCall(() => freeSlots(question, day));
  return { name: `${month}, 1 host × 10000 claims, one day asked`, figure, unit: 'ms', better: 'lower' };
}

/** npm slot-calculator, asked the same; it takes hosts and their times together as one list, and has no buffers. */
function peerRows(month: { name: string; from: string; to: string }, range: SlotRange): BenchRow[] {
  const sizes = [
    { hosts: 1, claims: 0 },
    { hosts: 1, claims: 100 },
    { hosts: 1, claims: 1000 },
    { hosts: 10, claims: 100 },
    { hosts: 50, claims: 0 },
  ];
  return sizes.map(({ hosts, claims }) => {
    const request = peerRequest(range, hosts, claims);
    const figure = millisecondsPerCall(() => slotCalculator.getSlots(request).availableSlots);
    const name = `${month.name}, slot-calculator, ${hosts} ${hosts === 1 ? 'host' : 'hosts'} × ${claims} claims`;
    return { name, figure, unit: 'ms', better: 'lower' as const };
  });
}

function peerRequest(range: SlotRange, hosts: number, claims: number): Parameters<typeof slotCalculator.getSlots>[0] {
  const noons = Array.from(
    { length: Math.round((range.to - range.from) / dayMs) },
    (_, day) => range.from + (day + 0.5) * dayMs,
  );
  const names = Array.from({ length: hosts }, (_, index) => `host-${index}`);
  const availability = noons.flatMap((noon) => {
    const date = iso(noon).slice(0, 10);
    const day = { from: iso(instantOf(`${date}T09:00`)), to: iso(instantOf(`${date}T17:00`)) };
    return names.map((host) => ({ ...day, metadata: { host } }));
  });
  const unavailability = names.flatMap((host, index) =>
    claimsOf(range, claims, index).map(({ startsAt, endsAt }) => ({
      from: iso(startsAt),
      to: iso(endsAt),
      metadata: { host },
    })),
  );
  return {
    from: iso(range.from),
    to: iso(range.to),
    duration: 30,
    availability,
    unavailability,
    outputTimezone: timeZone,
  };
}

function questionOf(range: SlotRange, hosts: number, claims: number): SlotsQuestion {
  const weekly = Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['09:00', '17:00']] as const]),
  );
  return {
    hosts: Array.from({ length: hosts }, (_, index) => ({
      hostId: `host-${index}`,
      schedule: { timeZone, weekly },
      claims: claimsOf(range, claims, index),
      busy: [],
    })),
    rules: { ...defaultRules, durationMinutes: 30, bufferBeforeMinutes: 5, bufferAfterMinutes: 5 },
    now: range.from - dayMs,
  };
}

/** Spread evenly over the range, each host's a little later than the one before; more claims are shorter ones. */
function claimsOf({ from, to }: SlotRange, count: number, shift = 0): Claim[] {
  const distance = (to - from) / Math.max(1, count);
  const lengthMs = Math.min(30 * minuteMs, Math.max(minuteMs, Math.floor(distance / 2 / minuteMs) * minuteMs));
  return Array.from({ length: count }, (_, index) => {
    const startsAt = from + Math.floor((index * distance) / minuteMs) * minuteMs + (shift % 7) * 10 * minuteMs;
    return { startsAt, endsAt: startsAt + lengthMs, bufferBeforeMinutes: 0, bufferAfterMinutes: 0 };
  });
}

function instantOf(local: string): number {
  return resolveWall(timeZone, Date.parse(local.includes('T') ? `${local}Z` : `${local}T00:00Z`));
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { factSubject, makeFact } from '#domain/events.ts';
import { buildHost, buildMeetingType, eventually, type TestHost } from '#tests/people.ts';
import type { PagesAsked, PagesHeard } from './load/pages.ts';
import { percentiles } from './load/percentiles.ts';
import { startBeside } from './load/run.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold } from './system/bookings.ts';

const pages = 1_000;
const facts = 50;
const holds = 10;
const betweenMs = 200;

/** How soon a thousand open pages know what happened: from the stream, and from a guest's request on. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const type = await buildMeetingType(system, host);
    const { last } = await system.shared.stream.bounds();
    const asked: PagesAsked = { baseUrl: system.baseUrl, pages, hostId: host.hostId, position: last };
    const { child } = await startBeside('load/pages.ts', asked);
    const hearing = async (): Promise<PagesHeard> => {
      child.send({});
      const [heard] = (await once(child, 'message')) as [PagesHeard];
      return heard;
    };
    try {
      const slots = halfHours();
      const published = await tellAll(facts, slots, (startsAt) => publish(system, host, startsAt));
      const requested = await tellAll(holds, slots, async (startsAt) => void (await postHold(system, type, startsAt)));
      // A hold without a gate is confirmed in the same moment: each page hears twice of it, and the first time counts.
      const heard = await eventually(
        hearing,
        (seen) => isComplete(seen, published, 1) && isComplete(seen, requested, 2),
      );
      return [
        ...rowsOf(`a fact to ${pages} pages`, published, heard),
        ...rowsOf(`a guest’s request to ${pages} pages`, requested, heard),
      ];
    } finally {
      child.kill();
    }
  });

/** When each start was told, one after another. */
async function tellAll(count: number, slots: () => string, tell: (startsAt: string) => Promise<void>) {
  const toldAt = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const startsAt = slots();
    toldAt.set(startsAt, performance.timeOrigin + performance.now());
    await tell(startsAt);
    await sleep(betweenMs);
  }
  return toldAt;
}

async function publish({ shared }: BenchSystem, host: TestHost, startsAt: string): Promise<void> {
  const endsAt = new Date(Date.parse(startsAt) + 30 * 60_000).toISOString();
  const about = { bookingId: randomUUID(), meetingTypeId: randomUUID() };
  const during = { from: startsAt, to: endsAt };
  const { organizationId, hostId } = host;
  const id = randomUUID();
  const fact = makeFact({
    id,
    type: 'slot.held',
    time: new Date(),
    organizationId,
    hostId,
    data: { ...about, during, startsAt, endsAt, expiresAt: null },
  });
  await shared.stream.publish({ id, subject: factSubject('slot.held', organizationId, hostId), json: fact });
}

function isComplete(heard: PagesHeard, told: Map<string, number>, times: number): boolean {
  return [...told.keys()].every((startsAt) => heard[startsAt]?.length === pages * times);
}

function rowsOf(name: string, told: Map<string, number>, heard: PagesHeard): BenchRow[] {
  const delays = [...told].flatMap(([startsAt, at]) =>
    (heard[startsAt] ?? [])
      .toSorted((a, b) => a - b)
      .slice(0, pages)
      .map((heardAt) => heardAt - at),
  );
  const { p50, p99 } = percentiles(delays);
  return [
    { name: `${name}: p50`, figure: p50, unit: 'ms', better: 'lower' },
    { name: `${name}: p99`, figure: p99, unit: 'ms', better: 'lower' },
    { name: `${name}: missed`, figure: told.size * pages - delays.length, unit: '', better: 'lower', floor: 0 },
  ];
}

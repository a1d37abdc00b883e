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
import { memoryOf } from './system/memory.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';

const few = 1_000;
const many = 5_000;
const facts = 50;
const factsToMany = 10;
const holds = 20;
/** Before anything is measured: a process that has just started runs its code several times slower. */
const warmUps = 30;
const betweenMs = 200;

/** How soon a thousand open pages know what happened: from the stream, and from a guest's request on; and what five thousand cost. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const type = await buildMeetingType(system, host);
    const slots = halfHours();
    for (let warm = 0; warm < warmUps; warm += 1) await postHold(system, type, slots());
    await untilQuiet(system);
    const toFew = await withPages(system, host, few, async (heardBy) => {
      const published = await tellAll(facts, slots, (startsAt) => publish(system, host, startsAt));
      const answered = new Map<string, number>();
      const requested = await tellAll(holds, slots, async (startsAt) => {
        await postHold(system, type, startsAt);
        answered.set(startsAt, now());
        await untilQuiet(system);
      });
      // A hold without a gate is confirmed in the same moment: each page hears twice of it, and the first time counts.
      const heard = await heardBy(requested, 2);
      return [
        ...rowsOf(`a fact to ${few} pages`, published, few, await heardBy(published, 1)),
        ...rowsOf(`a guest’s request to ${few} pages`, requested, few, heard),
        ...rowsOf(`a hold’s answer to ${few} pages (before it: negative)`, answered, few, heard),
      ];
    });
    const toMany = await withPages(system, host, many, async (heardBy) => {
      const published = await tellAll(factsToMany, slots, (startsAt) => publish(system, host, startsAt));
      const rows = rowsOf(`a fact to ${many} pages`, published, many, await heardBy(published, 1));
      const figure = memoryOf(system.processIds.get('api') ?? 0);
      const memory = { name: `memory of the api with ${many} pages`, unit: 'MB', better: 'lower' as const, floor: 300 };
      return figure === null ? rows : [...rows, { ...memory, figure }];
    });
    return [...toFew, ...toMany];
  });

type HeardBy = (told: Map<string, number>, times: number) => Promise<PagesHeard>;

/** Opens pages of one host in a process of their own, for as long as `work` takes. */
async function withPages(
  system: BenchSystem,
  host: TestHost,
  pages: number,
  work: (heardBy: HeardBy) => Promise<BenchRow[]>,
): Promise<BenchRow[]> {
  const { last } = await system.shared.stream.bounds();
  const asked: PagesAsked = { baseUrl: system.baseUrl, pages, hostId: host.hostId, position: last };
  const { child } = await startBeside('load/pages.ts', asked);
  const hearing = async (): Promise<PagesHeard> => {
    child.send({});
    const [heard] = (await once(child, 'message')) as [PagesHeard];
    return heard;
  };
  const isComplete = (heard: PagesHeard, told: Map<string, number>, times: number): boolean =>
    [...told.keys()].every((startsAt) => heard[startsAt]?.length === pages * times);
  try {
    return await work((told, times) => eventually(hearing, (heard) => isComplete(heard, told, times)));
  } finally {
    child.kill();
  }
}

const now = (): number => performance.timeOrigin + performance.now();

/** When each start was told, one after another. */
async function tellAll(count: number, slots: () => string, tell: (startsAt: string) => Promise<void>) {
  const toldAt = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const startsAt = slots();
    toldAt.set(startsAt, now());
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

function rowsOf(name: string, told: Map<string, number>, pages: number, heard: PagesHeard): BenchRow[] {
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

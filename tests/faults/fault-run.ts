import { setTimeout as sleep } from 'node:timers/promises';
import type { GuestBooking } from '#contract/bookings.ts';
import { openWorkerParts } from '#runtime/parts.ts';
import type { Progress } from '#runtime/progress.ts';
import { Journal } from './actors/journal.ts';
import { openPage } from './actors/pages.ts';
import { perform, type Stage } from './actors/perform.ts';
import { setScene } from './actors/scene.ts';
import { check } from './checker/check.ts';
import type { Evidence } from './checker/evidence.ts';
import { gather } from './checker/gather.ts';
import { createNemesis, type Nemesis } from './nemesis/nemesis.ts';
import { planOf, type PlanOptions, type Step } from './plan/plan.ts';
import { countBy, type Report } from './report.ts';
import { settle } from './settle.ts';
import type { FaultSystem } from './system/fault-system.ts';

export type FaultRunOptions = PlanOptions & {
  /** In place of the one that the seed draws. */
  plan?: readonly Step[];
  /** People who wait for an answer at the same time; the next operation waits for one of them. Default 24. */
  atOnce?: number;
};

const usualAtOnce = 24;
const reportEveryMs = 15_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One run on a system that is up: the plan is carried out, everything healed, and what is left is looked at. */
export async function faultRun(system: FaultSystem, options: FaultRunOptions, report: Progress): Promise<Report> {
  const startedAt = Date.now();
  const nemesis = createNemesis(system);
  const sweeper = openWorkerParts(system.config, system.shared, silent);
  const world = { baseUrl: system.baseUrl, providerUrl: system.provider.url };
  const scene = await setScene(system);
  const stage: Stage = { ...world, system, sweeper: sweeper.parts, scene, journal: new Journal(), pages: [] };
  await openStandingPages(stage);
  try {
    await carryOut(stage, nemesis, options, report);
    await nemesis.healAll();
    report('healed; waiting until nothing is under way');
    await settle(stage, report);
    report('looking at what is there');
    const evidence = await gather(stage, nemesis.struck.size);
    return describe({ options, startedAt, stage, nemesis, evidence });
  } finally {
    await nemesis.healAll();
    for (const page of stage.pages) page.close();
    await sweeper.close();
  }
}

/** A page of free times and a dashboard for each host, from beginning to end. */
async function openStandingPages({ system, scene, baseUrl, pages }: Stage): Promise<void> {
  const { last: position } = await system.shared.stream.bounds();
  for (const [host, { hostId, cookie }] of scene.hosts.entries()) {
    pages.push(openPage(baseUrl, { room: 'host', hostId, position }));
    pages.push(openPage(baseUrl, { room: 'dashboard', position }, { host, cookie }));
  }
}

async function carryOut(stage: Stage, nemesis: Nemesis, options: FaultRunOptions, report: Progress): Promise<void> {
  const { plan = planOf(options), atOnce = usualAtOnce } = options;
  const startedAt = Date.now();
  const underWay = new Set<Promise<void>>();
  let done = 0;
  const ticker = setInterval(
    () =>
      report(`  ${done} operations, ${sumOf(nemesis.struck)} faults, ${Math.round((Date.now() - startedAt) / 1000)} s`),
    reportEveryMs,
  );
  const track = (work: Promise<unknown>, what: string) => {
    const tracked: Promise<void> = work
      .catch((error: unknown) => report(`  ${what} broke: ${String(error)}`))
      .then(() => void underWay.delete(tracked));
    underWay.add(tracked);
  };
  try {
    for (const step of plan) {
      const waitMs = startedAt + step.atMs - Date.now();
      if (waitMs > 0) await sleep(waitMs);
      if ('fault' in step) {
        track(nemesis.strike(step.fault), step.fault.fault);
      } else {
        while (underWay.size >= atOnce) await Promise.race(underWay);
        track(
          perform(stage, step.operation).then((isDone) => void (done += isDone ? 1 : 0)),
          step.operation.do,
        );
      }
    }
    await Promise.all(underWay);
  } finally {
    clearInterval(ticker);
  }
}

const sumOf = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0);

type Ended = { options: PlanOptions; startedAt: number; stage: Stage; nemesis: Nemesis; evidence: Evidence };

function describe({ options, startedAt, stage, nemesis, evidence }: Ended): Report {
  const { told, contradictions } = stage.journal;
  const { links, disk } = stage.system;
  const statuses = countBy(evidence.bookings, ({ status }) => `bookings ${status as GuestBooking['status']}`);
  const copies = countBy(evidence.mails, ({ messageId }) => messageId);
  return {
    options,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    operations: {
      total: told.length,
      byKind: countBy(told, ({ operation }) => operation),
      byOutcome: countBy(told, ({ outcome }) => outcome),
    },
    faults: {
      total: sumOf(nemesis.struck),
      byKind: Object.fromEntries(nemesis.struck),
      omitted: Object.fromEntries(nemesis.omitted),
    },
    seen: {
      ...statuses,
      'facts in the stream': evidence.streamed.length,
      'mails, each under its own Message-ID': Object.keys(copies).length,
      'mails that came again under the same Message-ID': Object.values(copies).filter((count) => count > 1).length,
      'signatures at the provider': evidence.provider.filter(({ status }) => status === 'completed').length,
      'pages open to the end': evidence.pages.length,
      'times a page came back': evidence.pages.reduce((sum, { rejoined }) => sum + rejoined, 0),
      contradictions: contradictions.length,
    },
    violations: check(evidence),
    notes: [
      ...(links.absent === null ? [] : [`Connections were not hurt: ${links.absent}.`]),
      ...(disk.fill ? [] : ['The disk was not filled: only root on Linux can mount a small one.']),
    ],
  };
}

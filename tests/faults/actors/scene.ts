import { buildHost, buildMeetingType, buildTemplate, type TestHost, type TestType } from '#tests/people.ts';
import { hostCount, meetingKinds, type MeetingKind, type Start } from '../plan/operations.ts';
import type { FaultSystem } from '../system/fault-system.ts';

/** Hosts of one run, new ones each time: what an earlier run left is none of its business. */
export type Scene = {
  hosts: readonly TestHost[];
  typeOf(host: number, kind: MeetingKind): TestType;
  /** Midnight UTC of day 0. */
  firstDay: number;
};

const dayMs = 86_400_000;
const shared = { intervalMinutes: 15, rescheduleCutoffMinutes: 0, rescheduleLimit: 50, bookingWindow: window(365) };

/** Lengths and buffers that overlap in part; the hold of a `brief` one is shorter than a signer in no hurry. */
const rules: Readonly<Record<MeetingKind, object>> = {
  plain: { durationsMinutes: [30] },
  nda: { durationsMinutes: [45], bufferBeforeMinutes: 10, bufferAfterMinutes: 5, nda: true },
  brief: { durationsMinutes: [30], bufferAfterMinutes: 15, holdMinutes: 1, nda: true },
  renewed: { durationsMinutes: [30] },
};

export async function setScene(system: FaultSystem): Promise<Scene> {
  const hosts: TestHost[] = [];
  const types = new Map<string, TestType>();
  for (let host = 0; host < hostCount; host += 1) {
    const built = await buildHost(system);
    hosts.push(built);
    const ndaTemplateId = await buildTemplate(system, built, { renewOnReschedule: true });
    for (const kind of meetingKinds) {
      const own = { ...rules[kind], ...(kind === 'renewed' && { ndaTemplateId }) };
      types.set(`${host} ${kind}`, await buildMeetingType(system, built, { ...shared, ...own }));
    }
  }
  return {
    hosts,
    typeOf: (host, kind) => types.get(`${host} ${kind}`) as TestType,
    firstDay: Math.floor(Date.now() / dayMs + 2) * dayMs,
  };
}

export function startOf(scene: Scene, { day, quarter }: Start): string {
  return new Date(scene.firstDay + day * dayMs + quarter * 15 * 60_000).toISOString();
}

function window(days: number) {
  return { kind: 'rolling' as const, days };
}

import { promptConnect } from '#tests/docusign-server/connect.ts';
import type { Fault, LinkName, ProcessName } from '../plan/faults.ts';
import type { FaultSystem } from '../system/fault-system.ts';
import type { Toxic } from '../system/toxiproxy.ts';
import { signalTo, treeOf } from './process-tree.ts';

/** Hurts the system as planned, and heals it. */
export type Nemesis = {
  /** Does it now, and heals it by itself when its time is over. */
  strike(fault: Fault): Promise<void>;
  /** Ends every fault that lasts. */
  healAll(): Promise<void>;
  /** What was done, by kind: `kill api`, `cut worker-nats`, … */
  struck: ReadonlyMap<string, number>;
  /** What was planned and could not be done, by kind and reason. */
  omitted: ReadonlyMap<string, number>;
};

type Heal = () => Promise<void> | void;
/** Not on this machine, or not now: a process that is still starting again cannot be killed once more. */
type NotDone = 'not possible here' | 'down already';

export function createNemesis(system: FaultSystem): Nemesis {
  const struck = new Map<string, number>();
  const omitted = new Map<string, number>();
  const running = new Set<{ heal: Heal; timer: NodeJS.Timeout }>();
  const heal = async (one: { heal: Heal; timer: NodeJS.Timeout }): Promise<void> => {
    clearTimeout(one.timer);
    if (running.delete(one)) await one.heal();
  };
  return {
    struck,
    omitted,
    strike: async (fault) => {
      const healing = await hurt(system, fault);
      if (typeof healing === 'string') return void count(omitted, `${nameOf(fault)}: ${healing}`);
      count(struck, nameOf(fault));
      if (healing === null || !('forMs' in fault)) return;
      const one = { heal: healing, timer: setTimeout(() => void heal(one), fault.forMs) };
      running.add(one);
    },
    healAll: async () => {
      for (const one of running) await heal(one);
      system.provider.troubles.length = 0;
      await system.links.toxiproxy?.heal();
    },
  };
}

function count<Name>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function nameOf(fault: Fault): string {
  if ('process' in fault) return `${fault.fault} ${fault.process}`;
  return 'link' in fault ? `${fault.fault} ${fault.link}` : fault.fault.replaceAll('_', ' ');
}

async function hurt(system: FaultSystem, fault: Fault): Promise<Heal | null | NotDone> {
  switch (fault.fault) {
    case 'kill':
      return kill(system, fault.process);
    case 'pause':
      return pause(system, fault.process);
    case 'cut':
    case 'silence':
    case 'slow':
    case 'tear':
      return hurtLink(system, fault);
    case 'full_disk':
      if (!system.disk.fill) return 'not possible here';
      await system.disk.fill();
      return () => system.disk.empty();
    case 'mail_refuses':
    case 'mail_slow':
    case 'mail_forgets':
      system.mail.mood = fault.fault.replace('mail_', '') as 'refuses' | 'slow' | 'forgets';
      return () => void (system.mail.mood = 'none');
    case 'provider_fails':
    case 'provider_busy': {
      const busy = { kind: 'rate_limited', retryAfterSeconds: 1 } as const;
      const trouble = fault.fault === 'provider_busy' ? busy : ({ kind: 'fault' } as const);
      system.provider.troubles.push(...Array.from({ length: fault.calls }, () => trouble));
      return null;
    }
    default:
      return bendWebhooks(system, fault);
  }
}

/** Postgres goes with all its processes, as in a power cut; what a worker has started must notice by itself. */
function kill(system: FaultSystem, name: ProcessName): null | 'down already' {
  const pid = pidOf(system, name);
  const victims = name === 'postgres' ? treeOf(pid) : [pid];
  const hit = victims.map((victim) => signalTo(victim, 'SIGKILL'));
  return hit[0] ? null : 'down already';
}

function pause(system: FaultSystem, name: ProcessName): Heal | 'down already' {
  const stopped = treeOf(pidOf(system, name)).filter((pid) => signalTo(pid, 'SIGSTOP'));
  if (stopped.length === 0) return 'down already';
  return () => {
    for (const pid of stopped) signalTo(pid, 'SIGCONT');
  };
}

function pidOf(system: FaultSystem, name: ProcessName): number {
  const pid = system.processes.get(name)?.pid() ?? 0;
  // Signals to 0 and 1 reach far more than one process.
  if (pid < 2) throw new Error(`${name} has no process to hurt.`);
  return pid;
}

type LinkFault = Extract<Fault, { link: LinkName }>;

async function hurtLink({ links: { toxiproxy } }: FaultSystem, fault: LinkFault): Promise<Heal | 'not possible here'> {
  if (!toxiproxy) return 'not possible here';
  if (fault.fault === 'cut') await toxiproxy.setEnabled(fault.link, false);
  else await toxiproxy.poison(fault.link, toxicOf(fault));
  return () => toxiproxy.healOne(fault.link);
}

function toxicOf(fault: Exclude<LinkFault, { fault: 'cut' }>): Toxic {
  switch (fault.fault) {
    case 'silence':
      return { type: 'timeout', attributes: { timeout: 0 } };
    case 'slow':
      return { type: 'latency', attributes: { latency: fault.latencyMs, jitter: Math.round(fault.latencyMs / 2) } };
    case 'tear':
      return { type: 'limit_data', attributes: { bytes: fault.bytes } };
  }
}

type WebhookFault = Extract<Fault, { fault: `webhooks_${string}` }>;

function bendWebhooks({ provider: { connect } }: FaultSystem, { fault }: WebhookFault): Heal {
  const straighten = () => void (connect.behaviour = promptConnect);
  switch (fault) {
    case 'webhooks_late':
      connect.behaviour = { ...promptConnect, delayMs: 5_000 };
      return straighten;
    case 'webhooks_twice':
      connect.behaviour = { ...promptConnect, copies: 3 };
      return straighten;
    case 'webhooks_lost':
      connect.behaviour = { ...promptConnect, delivery: 'lost' };
      return straighten;
    case 'webhooks_reversed':
      connect.behaviour = { ...promptConnect, delivery: 'held' };
      return () => {
        straighten();
        void connect.release(true).catch(() => undefined);
      };
  }
}

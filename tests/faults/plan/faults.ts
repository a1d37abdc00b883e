import type { Chance } from './chance.ts';

export const processNames = ['api', 'worker', 'documents', 'nats', 'temporal', 'postgres'] as const;
export type ProcessName = (typeof processNames)[number];

/** Who speaks to whom over a connection that can be cut. */
export const linkNames = [
  'api-postgres',
  'api-nats',
  'api-temporal',
  'api-provider',
  'worker-postgres',
  'worker-nats',
  'worker-temporal',
  'worker-provider',
  'documents-postgres',
  'documents-nats',
  'documents-temporal',
  'documents-provider',
  'documents-mail',
  'provider-api',
] as const;
export type LinkName = (typeof linkNames)[number];

export type Fault =
  /** SIGKILL; whoever watches over the process starts it again. */
  | { fault: 'kill'; process: ProcessName }
  /** SIGSTOP, and SIGCONT when the time is over. */
  | { fault: 'pause'; process: ProcessName; forMs: number }
  /** Connections are closed and new ones refused. */
  | { fault: 'cut'; link: LinkName; forMs: number }
  /** Connections stay, and nothing comes through. */
  | { fault: 'silence'; link: LinkName; forMs: number }
  | { fault: 'slow'; link: LinkName; forMs: number; latencyMs: number }
  /** Each connection breaks after so many bytes. */
  | { fault: 'tear'; link: LinkName; forMs: number; bytes: number }
  /** Nothing more fits where documents are kept. */
  | { fault: 'full_disk'; forMs: number }
  /** Mails are refused for now (451), taken slowly, or taken without the sender being told. */
  | { fault: 'mail_refuses' | 'mail_slow' | 'mail_forgets'; forMs: number }
  /** The provider answers the next calls with an error, or asks to wait. */
  | { fault: 'provider_fails' | 'provider_busy'; calls: number }
  /** Its webhooks come late, twice, in reversed order, or never. */
  | { fault: 'webhooks_late' | 'webhooks_twice' | 'webhooks_reversed' | 'webhooks_lost'; forMs: number };
export type FaultName = Fault['fault'];

const weights: Readonly<Record<FaultName, number>> = {
  kill: 30,
  pause: 18,
  cut: 16,
  silence: 6,
  slow: 10,
  tear: 6,
  full_disk: 6,
  mail_refuses: 4,
  mail_slow: 3,
  mail_forgets: 4,
  provider_fails: 5,
  provider_busy: 3,
  webhooks_late: 4,
  webhooks_twice: 4,
  webhooks_reversed: 4,
  webhooks_lost: 3,
};

/** @param longestMs no fault lasts longer */
export function drawFault(chance: Chance, longestMs: number): Fault {
  const fault = chance.weighted(weights);
  const forMs = chance.between(Math.min(500, longestMs), longestMs);
  switch (fault) {
    case 'kill':
      return { fault, process: chance.pick(processNames) };
    case 'pause':
      return { fault, process: chance.pick(processNames), forMs };
    case 'cut':
    case 'silence':
      return { fault, link: chance.pick(linkNames), forMs };
    case 'slow':
      return { fault, link: chance.pick(linkNames), forMs, latencyMs: chance.between(100, 1_500) };
    case 'tear':
      return { fault, link: chance.pick(linkNames), forMs, bytes: chance.between(100, 20_000) };
    case 'provider_fails':
    case 'provider_busy':
      return { fault, calls: chance.between(1, 6) };
    default:
      return { fault, forMs };
  }
}

/** What a fault is done to: one thing suffers from one fault at a time. */
export function victimOf(fault: Fault): string {
  if ('process' in fault) return fault.process;
  if ('link' in fault) return fault.link;
  return fault.fault.split('_')[0] ?? fault.fault;
}

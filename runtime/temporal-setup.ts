import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import namespaceOf from '../temporal-config/namespaces.json' with { type: 'json' };
import searchAttributes from '../temporal-config/search-attributes.json' with { type: 'json' };
import type { Deployment, TemporalConfig } from './config.ts';

/** What each environment's namespace is like. */
export const namespaces: Readonly<Record<Deployment, { retentionDays: number }>> = namespaceOf;

export type NamespaceOptions = {
  connection: ConnectionOptions;
  namespace: string;
  /** How long Temporal keeps the histories of ended bookings. Our own tables keep the business's history. */
  retentionDays: number;
};

/** Numbers of temporal.api.enums.v1.IndexedValueType. */
const indexedValueTypes: Readonly<Record<string, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
};

const DAY_MS = 86_400_000;

// Numbers of google.rpc.Code.
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const UNAVAILABLE = 14;

export function temporalConnectionOptions(temporal: TemporalConfig): ConnectionOptions {
  return {
    address: temporal.address,
    ...(temporal.tls && { tls: true }),
    ...(temporal.apiKey !== undefined && { apiKey: temporal.apiKey }),
  };
}

/** A server that a process or a command cannot do without does not answer. */
export class ServerAway extends Error {
  override readonly name = 'ServerAway';
}

/** @throws ServerAway */
export function connectToTemporal(temporal: TemporalConfig): Promise<Connection> {
  return Connection.connect({ ...temporalConnectionOptions(temporal), connectTimeout: '30s' }).catch(
    (cause: unknown) => {
      throw new ServerAway(`Temporal cannot be reached at ${temporal.address}.`, { cause });
    },
  );
}

/**
 * Makes the namespace when it is missing, sets its retention, and adds the search attributes it lacks. Can be repeated, also
 * by several processes at once. Resolves when the attributes can be used.
 * @returns a sentence for each thing that was not as wanted and now is
 * @throws when an attribute of that name has another type: Temporal cannot change it, a person has to remove it
 */
export async function prepareNamespace(options: NamespaceOptions): Promise<string[]> {
  const connection = await Connection.connect({ connectTimeout: '30s', ...options.connection });
  try {
    const { namespace, retentionDays } = options;
    return [
      ...(await ensureNamespace(connection, namespace, retentionDays)),
      ...(await addSearchAttributes(connection, namespace)),
    ];
  } finally {
    await connection.close();
  }
}

async function ensureNamespace(connection: Connection, namespace: string, retentionDays: number): Promise<string[]> {
  const workflowExecutionRetentionPeriod = msToTs(retentionDays * DAY_MS);
  const service = connection.workflowService;
  const known = await service.describeNamespace({ namespace }).catch(unless(NOT_FOUND));
  if (known === undefined) {
    await service.registerNamespace({ namespace, workflowExecutionRetentionPeriod }).catch(unless(ALREADY_EXISTS));
    return [`Made the namespace ${namespace}, with ${retentionDays} days of retention.`];
  }
  const knownDays = (Number(known.config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000) / DAY_MS;
  if (knownDays === retentionDays) return [];
  const config = { workflowExecutionRetentionTtl: workflowExecutionRetentionPeriod };
  await service.updateNamespace({ namespace, config });
  return [`Changed the retention of ${namespace} from ${knownDays} to ${retentionDays} days.`];
}

async function addSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const deadline = performance.now() + 30_000;
  const added = new Set<string>();
  for (;;) {
    const missing = await missingAttributes(connection, namespace);
    if (missing.length === 0) return added.size === 0 ? [] : [`Added the search attributes ${[...added].join(', ')}.`];
    const wanted = Object.fromEntries(missing.map(([name, type]) => [name, indexedValueTypes[type] ?? 0]));
    for (const name of Object.keys(wanted)) added.add(name);
    await connection.operatorService
      .addSearchAttributes({ namespace, searchAttributes: wanted })
      .catch(unless(ALREADY_EXISTS, NOT_FOUND, UNAVAILABLE));
    if (performance.now() > deadline) throw new Error(`search attributes are still missing: ${missing.join(', ')}`);
    await sleep(100);
  }
}

/** A new namespace takes a moment to be known to every part of the server: NOT_FOUND means "not yet". */
async function missingAttributes(connection: Connection, namespace: string): Promise<[string, string][]> {
  const listed = await connection.operatorService
    .listSearchAttributes({ namespace })
    .catch(unless(NOT_FOUND, UNAVAILABLE));
  const known = listed?.customAttributes ?? {};
  const all = Object.entries(searchAttributes);
  const clash = all.find(([name, type]) => known[name] !== undefined && known[name] !== indexedValueTypes[type]);
  if (clash)
    throw new Error(`the search attribute ${clash[0]} of ${namespace} exists and is no ${clash[1]}: remove it first`);
  return all.filter(([name]) => known[name] === undefined);
}

function codeOf(error: unknown): number | undefined {
  return (error as { code?: number } | null)?.code;
}

function unless(...codes: number[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(codeOf(error) ?? -1)) throw error;
    return undefined;
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import searchAttributes from '../temporal-config/search-attributes.json' with { type: 'json' };
import type { TemporalConfig } from './config.ts';

export type NamespaceOptions = {
  connection: ConnectionOptions;
  namespace: string;
  /** How long Temporal keeps the histories of ended bookings. Our own tables keep the business's history. */
  retentionDays?: number;
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

/**
 * Makes the namespace when it is missing, sets its retention, and adds the search attributes it lacks. Can be repeated, also
 * by several processes at once. Resolves when the attributes can be used.
 */
export async function prepareNamespace(options: NamespaceOptions): Promise<void> {
  const connection = await Connection.connect({ connectTimeout: '30s', ...options.connection });
  try {
    await ensureNamespace(connection, options.namespace, options.retentionDays ?? 30);
    await addSearchAttributes(connection, options.namespace);
  } finally {
    await connection.close();
  }
}

async function ensureNamespace(connection: Connection, namespace: string, retentionDays: number): Promise<void> {
  const workflowExecutionRetentionPeriod = msToTs(retentionDays * DAY_MS);
  const service = connection.workflowService;
  try {
    const { config } = await service.describeNamespace({ namespace });
    if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) === (retentionDays * DAY_MS) / 1000) return;
    await service.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: workflowExecutionRetentionPeriod },
    });
  } catch (error) {
    if (codeOf(error) !== NOT_FOUND) throw error;
    await service.registerNamespace({ namespace, workflowExecutionRetentionPeriod }).catch(unless(ALREADY_EXISTS));
  }
}

async function addSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const missing = await missingAttributes(connection, namespace);
    if (missing.length === 0) return;
    const wanted = Object.fromEntries(missing.map(([name, type]) => [name, indexedValueTypes[type] ?? 0]));
    await connection.operatorService
      .addSearchAttributes({ namespace, searchAttributes: wanted })
      .catch(unless(ALREADY_EXISTS, NOT_FOUND, UNAVAILABLE));
    if (performance.now() > deadline) throw new Error(`search attributes are still missing: ${missing.join(', ')}`);
    await sleep(100);
  }
}

/** A new namespace takes a moment to be known to every part of the server: NOT_FOUND means "not yet". */
async function missingAttributes(connection: Connection, namespace: string): Promise<[string, string][]> {
  const all = Object.entries(searchAttributes);
  const listed = await connection.operatorService
    .listSearchAttributes({ namespace })
    .catch(unless(NOT_FOUND, UNAVAILABLE));
  return all.filter(([name]) => listed?.customAttributes?.[name] === undefined);
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

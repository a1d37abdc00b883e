import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeliverPolicy,
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JsMsg,
  type StreamAPI,
} from '@nats-io/jetstream';
import { connect, headers, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import pRetry from 'p-retry';
import { inSpan, isTraced, traceparentNow } from '../tracing/spans.ts';

/** The stream of all facts, and what it listens to: the first two words of each fact's subject are its type. */
export const streamName = 'FACTS';
const subjects = ['slot.>', 'booking.>', 'nda.>', 'notify.>'];
const day = 86_400_000;
const nanosPerMs = 1_000_000;
/** A fact that is published again within this time is dropped by the stream itself (Nats-Msg-Id). */
const duplicateWindowMs = 3_600_000;
export const keptDays = 30;

/** How long one fact that is there may take to come. */
const longestSilenceMs = 5_000;

/** Facts that the stream has did not come in time: whoever asked knows only some of them. */
export class StreamSilent extends Error {
  override readonly name = 'StreamSilent';
}

export type StreamedFact = {
  position: number;
  subject: string;
  json: unknown;
  /** W3C `traceparent` of its publishing, where that was traced. */
  traceparent?: string;
};
/** `causedBy` is the `traceparent` of what it tells of. */
type NewFact = { id: string; subject: string; json: unknown; causedBy?: string | undefined };

export type FactsStream = {
  /** Resolves when the stream has stored it. @throws when the broker does not answer in time: publish it again. */
  publish(fact: NewFact): Promise<void>;
  /** Facts from `fromPosition` on, in order, until `stop` is called; survives lost connections. */
  follow(fromPosition: number, onFact: (fact: StreamedFact) => void): Promise<{ stop(): Promise<void> }>;
  /** Facts with a position in [from, to], of these subjects, in order: all of them. @throws StreamSilent rather than leave some out. */
  read(filter: { from: number; to: number; subjects: readonly string[] }): Promise<StreamedFact[]>;
  /** The ids of all facts that it has now. */
  storedIds(): Promise<Set<string>>;
  /** First and last stored position; an empty stream has first = last + 1. And what one copy of the stream takes on disk. */
  bounds(): Promise<{ first: number; last: number; bytes: number }>;
  /** @throws when the broker does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
};

/** Connects, makes the stream when it is missing, and reconnects for ever after. */
export async function openFactsStream(options: {
  servers: readonly string[];
  login?: { user: string; pass: string } | { token: string } | undefined;
  /** Refuses a server that does not speak TLS. */
  tls?: boolean;
  /** Copies of the stream, each on a server of its own; 1, 3 or 5. */
  replicas: number;
  name: string;
  /** Where a stream that has to be made begins: after a loss, beyond every position that anybody may still know. */
  firstPosition?: number;
}): Promise<FactsStream> {
  const connection = await connect({
    servers: [...options.servers],
    ...options.login,
    ...(options.tls && { tls: {} }),
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    // A trace for each request, made before it is known whether it fails, costs more than the rest of a publishing.
    noAsyncTraces: true,
  });
  await pRetry(() => ensureStream(connection, options.replicas, options.firstPosition), {
    ...{ retries: 20, minTimeout: 500, factor: 1, maxRetryTime: electionWithinMs },
    shouldRetry: ({ error }) => isWithoutLeader(error),
  });
  const js = jetstream(connection, { timeout: 5_000 });
  const state = async () => (await (await jetstreamManager(connection)).streams.info(streamName)).state;
  return {
    publish: (fact) => publish(js, fact),
    follow: (fromPosition, onFact) => follow(js, async () => (await state()).last_seq, fromPosition, onFact),
    read: (filter) => read(js, filter),
    storedIds: async () => storedIds(js, (await jetstreamManager(connection)).streams),
    bounds: async () => {
      const { first_seq: first, last_seq: last, bytes } = await state();
      return { first: Math.max(first, 1), last, bytes };
    },
    check: () => connection.flush(),
    close: () => connection.drain(),
  };
}

async function publish(js: JetStreamClient, { id, subject, json, causedBy }: NewFact): Promise<void> {
  const send = async (): Promise<void> => {
    const carried = headers();
    const traceparent = traceparentNow();
    if (traceparent !== undefined) carried.set('traceparent', traceparent);
    await js.publish(subject, JSON.stringify(json), { msgID: id, headers: carried });
  };
  if (causedBy === undefined && !isTraced()) return send();
  const attributes = {
    'messaging.system': 'nats',
    'messaging.destination.name': streamName,
    'messaging.message.id': id,
  };
  return inSpan(`publish ${factTypeOf(subject)}`, { kind: 'PRODUCER', causedBy, attributes }, send);
}

/** A fact's type: its subject without organization and host. */
export const factTypeOf = (subject: string): string => subject.split('.').slice(0, -2).join('.');

/** Servers of a cluster that begins, or has lost one, choose who leads first: some seconds in which nobody answers, or says that it cannot yet. */
const electionWithinMs = 30_000;
const notYet = { unavailable: 503, noSuitablePeers: 10_005 };

function isWithoutLeader(error: Error): boolean {
  if (error instanceof JetStreamApiError)
    return error.status === notYet.unavailable || error.code === notYet.noSuitablePeers;
  return error instanceof TimeoutError;
}

async function ensureStream(connection: NatsConnection, replicas: number, firstPosition = 1): Promise<void> {
  const manager = await jetstreamManager(connection);
  const config = {
    name: streamName,
    subjects,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    max_age: keptDays * day * nanosPerMs,
    duplicate_window: duplicateWindowMs * nanosPerMs,
    allow_direct: true,
  };
  const known = await manager.streams.info(streamName).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  });
  await (known
    ? manager.streams.update(streamName, config)
    : manager.streams.add({ ...config, first_seq: firstPosition }));
}

/** How often a reader that hears nothing looks whether there is something to hear. */
const lookEveryMs = 3_000;

/**
 * The client's own consumer begins anew by itself after most losses, but not after every loss of a server in a cluster: it then says nothing, for
 * ever. A reader that has heard nothing while the stream has more therefore begins anew where it was; nothing is told twice.
 */
async function follow(
  js: JetStreamClient,
  lastPosition: () => Promise<number>,
  fromPosition: number,
  onFact: (fact: StreamedFact) => void,
): Promise<{ stop(): Promise<void> }> {
  let next = Math.max(fromPosition, 1);
  const begin = async () => {
    const consumer = await js.consumers.get(streamName, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: next,
    });
    return consumer.consume({
      callback: (message) => {
        if (message.seq < next) return;
        next = message.seq + 1;
        onFact(asFact(message));
      },
    });
  };
  let messages = await begin();
  const stopped = new AbortController();
  const isSilent = async (): Promise<boolean> => {
    const before = next;
    await sleep(lookEveryMs, undefined, { signal: stopped.signal, ref: false });
    if (next !== before) return false;
    const last = await lastPosition();
    // What was written just now may be on its way.
    await sleep(lookEveryMs, undefined, { signal: stopped.signal, ref: false });
    return next === before && last >= next;
  };
  const watch = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      // A broker that does not answer may be the one that was lost: it is asked again.
      const silent = await isSilent().catch(() => false);
      if (!silent) continue;
      // What the old one says of its end helps nobody; that there is no new one yet is seen at the next look.
      messages.close().catch(() => undefined);
      messages = await begin().catch(() => messages);
    }
    await messages.close();
  };
  const watching = watch();
  return {
    stop: async () => {
      stopped.abort();
      await watching;
    },
  };
}

async function read(
  js: JetStreamClient,
  filter: { from: number; to: number; subjects: readonly string[] },
): Promise<StreamedFact[]> {
  if (filter.from > filter.to) return [];
  const consumer = await js.consumers.get(streamName, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(filter.from, 1),
    filter_subjects: [...filter.subjects],
  });
  const facts: StreamedFact[] = [];
  // The stream itself says how many are to come. That nothing has come for a while says nothing: it may be slow.
  let left = (await consumer.info(true)).num_pending;
  while (left > 0) {
    const message = await notLongerThan(longestSilenceMs + 1_000, consumer.next({ expires: longestSilenceMs }));
    if (!message) throw new StreamSilent(`${left} facts did not come within ${longestSilenceMs} ms.`);
    if (message.seq <= filter.to) facts.push(asFact(message));
    left = message.seq >= filter.to ? 0 : message.info.pending;
  }
  return facts;
}

/** The server ends a wait when it can speak to us; a connection that stands still ends none. @returns null when it took longer */
async function notLongerThan<T>(ms: number, asked: Promise<T>): Promise<T | null> {
  const over = new AbortController();
  const tooLong = sleep(ms, null, { signal: over.signal }).catch(() => null);
  return Promise.race([asked, tooLong]).finally(() => over.abort());
}

/** Reads no more than the headers. */
async function storedIds(js: JetStreamClient, streams: StreamAPI): Promise<Set<string>> {
  const { state } = await streams.info(streamName);
  const ids = new Set<string>();
  if (state.messages === 0) return ids;
  const consumer = await js.consumers.get(streamName, { deliver_policy: DeliverPolicy.All, headers_only: true });
  const messages = await consumer.consume();
  for await (const message of messages) {
    const id = message.headers?.get('Nats-Msg-Id');
    if (id) ids.add(id);
    if (message.seq >= state.last_seq || message.info.pending === 0) break;
  }
  return ids;
}

function asFact(message: JsMsg): StreamedFact {
  const traceparent = message.headers?.get('traceparent');
  return {
    position: message.seq,
    subject: message.subject,
    json: message.json(),
    ...(traceparent && { traceparent }),
  };
}

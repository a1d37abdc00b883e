import type { Relay } from '#api/relay/relay.ts';
import { readSystemState, type SystemState } from '#db/queries/system-state.ts';
import type { FactsStream } from '#integrations/stream/facts-stream.ts';
import type { Shared } from '../composition.ts';
import { readTaskQueues, type TaskQueueState } from '../task-queues.ts';
import { addGauge, addGaugeBy, type Metrics } from './metrics.ts';

/** Scrapes and probes come from several places: they share one look. */
export const stateKeptMs = 3_000;

/** What the database says of the whole system; every worker tells the same, so rules take the maximum. */
export function addStoredState(metrics: Metrics, read: () => Promise<SystemState>): void {
  addGauge(metrics, {
    name: 'countersign_state_readable',
    help: '1 when the figures of the stored state could be read from the database, else 0.',
    read: () =>
      read().then(
        () => 1,
        () => 0,
      ),
  });
  addGauge(metrics, {
    name: 'countersign_outbox_facts',
    help: 'Facts that have not left the outbox.',
    read: async () => (await read()).outbox.count,
  });
  addGauge(metrics, {
    name: 'countersign_outbox_age_seconds',
    help: 'Age of the oldest fact that has not left the outbox; 0 when all have.',
    read: async () => (await read()).outbox.oldestSeconds,
  });
  addGauge(metrics, {
    name: 'countersign_waiting_mails',
    help: 'Mails that were asked for and have not left.',
    read: async () => (await read()).waitingMails.count,
  });
  addGauge(metrics, {
    name: 'countersign_waiting_mail_age_seconds',
    help: 'Age of the oldest mail that has not left; 0 when all have.',
    read: async () => (await read()).waitingMails.oldestSeconds,
  });
  addGaugeBy(metrics, {
    name: 'countersign_bookings_needing_attention',
    help: 'Bookings with a step that keeps failing, by step.',
    label: 'step',
    read: async () => (await read()).attention.map(({ step, count }) => [step, count] as const),
  });
  addGaugeBy(metrics, {
    name: 'countersign_dead_letters',
    help: 'Webhooks that could not be processed and were not replayed, by source.',
    label: 'source',
    read: async () => (await read()).deadLetters.map(({ source, count }) => [source, count] as const),
  });
}

/** What the worker tells beside what it does itself. */
export function addSystemState({
  metrics,
  database,
  temporal,
}: Pick<Shared, 'metrics' | 'database' | 'temporal'>): void {
  addStoredState(
    metrics,
    remembered(() => readSystemState(database), stateKeptMs),
  );
  addQueueLag(
    metrics,
    remembered(() => readTaskQueues(temporal), stateKeptMs),
  );
}

type Lag = Pick<TaskQueueState, 'queue' | 'tasks' | 'oldestSeconds'>;

/** What waits in the engine for a worker, by task queue; every worker tells the same. */
export function addQueueLag(metrics: Metrics, read: () => Promise<readonly Lag[]>): void {
  addGaugeBy(metrics, {
    name: 'countersign_task_queue_backlog',
    help: 'Tasks that wait for a worker, by task queue (approximate).',
    label: 'queue',
    read: async () => (await read()).map(({ queue, tasks }) => [queue, tasks] as const),
  });
  addGaugeBy(metrics, {
    name: 'countersign_task_queue_lag_seconds',
    help: 'How long the oldest waiting task has waited, by task queue (approximate).',
    label: 'queue',
    read: async () => (await read()).map(({ queue, oldestSeconds }) => [queue, oldestSeconds] as const),
  });
}

/** What one api process knows of its live connection. */
export function addLive(
  metrics: Metrics,
  relay: Pick<Relay, 'connections' | 'position'>,
  stream: Pick<FactsStream, 'bounds'>,
): void {
  addGauge(metrics, {
    name: 'countersign_live_connections',
    help: 'Pages that are connected to this process.',
    read: () => relay.connections(),
  });
  addGauge(metrics, {
    name: 'countersign_stream_lag_facts',
    help: 'Facts in the stream that this process has not told its pages.',
    read: async () => Math.max((await stream.bounds()).last - relay.position(), 0),
  });
}

/** Asks at most once in so many milliseconds, however many ask; a failure is not kept. */
export function remembered<T>(read: () => Promise<T>, keptMs: number): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined;
  return () => {
    if (last && performance.now() - last.at < keptMs) return last.value;
    const value = read();
    const asked = { at: performance.now(), value };
    last = asked;
    value.catch(() => {
      if (last === asked) last = undefined;
    });
    return value;
  };
}

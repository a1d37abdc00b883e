import type { Client } from '@temporalio/client';
import { bookingsQueue, documentsQueue, mailQueue } from '#workflows/booking/messages.ts';

/** What waits in the engine for a worker, and whether there is one. */
export type TaskQueueState = {
  queue: string;
  tasks: number;
  oldestSeconds: number;
  /** When a worker last asked for work of each kind that the queue has, the one that asked the longest time ago; null: none has lately. */
  polledAt: Date | null;
};

const engineTimeoutMs = 2_000;
/** Numbers of temporal.api.enums.v1.TaskQueueType. */
const workflow = 1;
const activity = 2;
const kinds = [
  { queue: bookingsQueue, taskQueueType: workflow },
  { queue: bookingsQueue, taskQueueType: activity },
  { queue: documentsQueue, taskQueueType: activity },
  { queue: mailQueue, taskQueueType: activity },
];

/** Figures are the engine's, and approximate. */
export async function readTaskQueues({ connection, options }: Client): Promise<TaskQueueState[]> {
  const parts = await Promise.all(
    kinds.map(async ({ queue, taskQueueType }) => {
      const request = { namespace: options.namespace, taskQueue: { name: queue }, taskQueueType, reportStats: true };
      const { stats, pollers } = await connection.withDeadline(Date.now() + engineTimeoutMs, () =>
        connection.workflowService.describeTaskQueue(request),
      );
      return {
        queue,
        tasks: Number(stats?.approximateBacklogCount ?? 0),
        oldestSeconds: secondsOf(stats?.approximateBacklogAge),
        polledSeconds: Math.max(0, ...(pollers ?? []).map(({ lastAccessTime }) => secondsOf(lastAccessTime))),
      };
    }),
  );
  return [...Map.groupBy(parts, ({ queue }) => queue)].map(([queue, of]) => {
    const polledSeconds = Math.min(...of.map((part) => part.polledSeconds));
    return {
      queue,
      tasks: of.reduce((sum, { tasks }) => sum + tasks, 0),
      oldestSeconds: Math.max(...of.map(({ oldestSeconds }) => oldestSeconds)),
      polledAt: polledSeconds > 0 ? new Date(polledSeconds * 1000) : null,
    };
  });
}

/** Of google.protobuf's Timestamp and Duration. */
function secondsOf(value: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(value?.seconds ?? 0) + (value?.nanos ?? 0) / 1e9;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { WorkerDeploymentOptions } from '@temporalio/worker';

/** Temporal's name for all versions of this product's workers together. */
export const deploymentName = 'countersign';

// Numbers of google.rpc.Code: the version, or one of its task queues, has not been polled for yet.
const NOT_YET = new Set([5, 9]);

/**
 * What a worker says about its code. A running booking goes on with the current version at its next step: the recorded
 * histories of tests/workflows hold every version to replaying the ones before it, and a booking that is months away does
 * not need a worker of today's version to be kept for it.
 */
export function versioningOf(buildId: string | undefined): WorkerDeploymentOptions | undefined {
  if (buildId === undefined) return undefined;
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'AUTO_UPGRADE',
  };
}

/** Bookings cannot go to a version whose workers do not ask for all that is to do. */
export class VersionNotServed extends Error {
  override readonly name = 'VersionNotServed';
}

/**
 * Sends the tasks of all bookings, new and running, to the workers of this version, and none to those of others. Waits until
 * workers of this version ask for tasks from every queue of the current one that has any; from a queue that is idle nobody gets tasks until
 * one does, and those of the version before never again. Can be repeated, and taken back by
 * promoting the version before.
 * @throws VersionNotServed when there is no such worker after `timeoutMs`; the version before then stays current
 */
export async function promoteVersion(
  connection: Connection,
  options: { namespace: string; buildId: string; timeoutMs: number },
): Promise<void> {
  const { namespace, buildId, timeoutMs } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName,
        buildId,
        identity: 'countersign promote',
      });
      return;
    } catch (error) {
      if (!NOT_YET.has((error as { code?: number }).code ?? -1)) throw error;
      if (performance.now() > deadline) {
        const seconds = Math.round(timeoutMs / 1000);
        throw new VersionNotServed(
          `No worker of version ${buildId} took up all task queues within ${seconds} s: the version before stays current. ` +
            'Are its workers of each kind (WORKER_QUEUES) running?',
          { cause: error },
        );
      }
      await sleep(500);
    }
  }
}

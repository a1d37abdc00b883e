import { proxyActivities } from '@temporalio/workflow';
import { bookingsQueue } from '../booking/messages.ts';
import type { RetentionEffects } from './effects.ts';

const { applyRetention } = proxyActivities<RetentionEffects>({
  taskQueue: bookingsQueue,
  startToCloseTimeout: '10 minutes',
  retry: { maximumInterval: '5 minutes', maximumAttempts: 20 },
});

const roundsPerRun = 500;

/**
 * One run of every organization's retention policy, started by a schedule. It stops when nothing is left that it can do; what could not be
 * done now is found by the next run. Its result is counts: nothing personal is in the history.
 */
export async function retentionWorkflow(): Promise<{ bookings: number; documents: number; failures: number }> {
  const done = { bookings: 0, documents: 0, failures: 0 };
  for (let round = 0; round < roundsPerRun; round += 1) {
    const { bookings, documents, failures, isMore } = await applyRetention();
    done.bookings += bookings;
    done.documents += documents;
    done.failures = failures;
    if (!isMore) break;
  }
  return done;
}

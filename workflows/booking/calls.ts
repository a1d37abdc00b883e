import {
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { DocumentEffects, MailEffects, QuickEffects } from './effects.ts';
import { bookingsQueue, documentsQueue, mailQueue } from './messages.ts';

/** Somebody waits for the answer: in this worker, at once; given up after a few seconds, and the caller asks again. */
export const quick = proxyLocalActivities<QuickEffects>({
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '15 seconds',
  retry: { initialInterval: '50 milliseconds', backoffCoefficient: 2, maximumInterval: '2 seconds' },
});

/** Nobody waits, and the booking cannot go on without it: tried until the database is back. */
export const lasting = proxyActivities<QuickEffects>({
  taskQueue: bookingsQueue,
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** A worker that died is noticed by its silence, long before the step's own time is over. */
const deadWorkerAfter = '10 seconds';

/** Rendering, storage, the signing provider: a few tries, then a person should look. */
export const documents = proxyActivities<DocumentEffects>({
  taskQueue: documentsQueue,
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: deadWorkerAfter,
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    maximumAttempts: 6,
  },
});

/** A mail server that is away for a minute is no news; one that stays away is. */
export const mail = proxyActivities<MailEffects>({
  taskQueue: mailQueue,
  startToCloseTimeout: '45 seconds',
  heartbeatTimeout: deadWorkerAfter,
  retry: { initialInterval: '1 second', backoffCoefficient: 3, maximumInterval: '30 seconds', maximumAttempts: 5 },
});

/** The failure's type and nothing else: messages may name people, and this is shown to operators. */
export function nameOfFailure(error: unknown): string {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return cause.type ?? 'Error';
  if (cause instanceof TimeoutFailure) return 'Timeout';
  return cause?.name ?? 'Error';
}

import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';
import type { HousekeepingEffects } from '../booking/effects.ts';
import { bookingsQueue } from '../booking/messages.ts';

const { sweep } = proxyActivities<HousekeepingEffects>({
  taskQueue: bookingsQueue,
  startToCloseTimeout: '60 seconds',
  retry: { maximumInterval: '30 seconds' },
});

const roundsPerRun = 400;

/** One for the whole installation: what was left lying by a crash is picked up within seconds. */
export async function housekeepingWorkflow(input: { everyMs: number }): Promise<void> {
  for (let round = 0; round < roundsPerRun; round += 1) {
    await sweep();
    await sleep(input.everyMs);
  }
  await continueAsNew<typeof housekeepingWorkflow>(input);
}

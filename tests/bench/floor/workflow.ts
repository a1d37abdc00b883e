import { condition, defineUpdate, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { nothing } from './activities.ts';

/** The least that a booking could cost: an answered update with one local activity, and the end. */
export const answer = defineUpdate<string>('answer');
const local = proxyLocalActivities<{ nothing: typeof nothing }>({ startToCloseTimeout: '5 seconds' });
const remote = proxyActivities<{ nothing: typeof nothing }>({ startToCloseTimeout: '10 seconds' });

export async function answerWorkflow(): Promise<void> {
  let isAnswered = false;
  setHandler(answer, async () => {
    const word = await local.nothing();
    isAnswered = true;
    return word;
  });
  await condition(() => isAnswered);
}

/** The same, and one activity that goes through a task queue. */
export async function trivialWorkflow(): Promise<void> {
  await local.nothing();
  await remote.nothing();
}

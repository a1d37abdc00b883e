import { readTaskQueues } from '../task-queues.ts';
import type { Check } from './finding.ts';

/** A worker that has nothing to do asks again after a minute at most. */
const goneAfterMs = 90_000;

const waitsMeanwhile: Readonly<Record<string, string>> = {
  bookings: 'No slot can be held, and nothing goes on.',
  documents: 'No agreement is made, sent or collected: bookings with an NDA wait.',
  mail: 'No confirmation, reminder or code leaves.',
};

/** There may be workers for some of the queues alone (WORKER_QUEUES): together they must serve all. */
export const workers: Check = {
  name: 'workers',
  title: 'every kind of work has a worker',
  look: async ({ temporal }) => {
    const asked = Date.now();
    return (await readTaskQueues(temporal))
      .filter(({ polledAt }) => polledAt === null || asked - polledAt.getTime() > goneAfterMs)
      .map(({ queue, tasks }) => ({
        severity: 'error',
        what: `No worker asks for the work of the queue ${queue}, where ${tasks === 1 ? '1 task waits' : `${tasks} tasks wait`}`,
        why: waitsMeanwhile[queue] ?? 'What is to be done there waits.',
        todo: `Start a worker with ${queue} among its WORKER_QUEUES; after a release, see that its version was promoted.`,
      }));
  },
};

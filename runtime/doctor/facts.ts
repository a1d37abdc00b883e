import { lostFacts, publishAgain } from '#activities/lost-facts.ts';
import { createFactPublisher } from '#activities/publish-facts.ts';
import { openDeadLetters } from '#db/queries/inspection.ts';
import { bookingsWithUnpublished, outboxAge } from '#db/queries/outbox.ts';
import { counted, type Check, type Finding, type Patient } from './finding.ts';

const lateAfterMs = 30_000;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

export const outbox: Check = {
  name: 'outbox',
  title: 'facts leave the outbox',
  look: async ({ database, stream }) => {
    const late = await bookingsWithUnpublished(database, lateAfterMs);
    if (late.length === 0) return [];
    const { count, oldestSeconds } = await outboxAge(database);
    return [
      {
        severity: 'error',
        what: `${counted(count, 'fact has', 'facts have')} not left, the oldest for ${Math.round(oldestSeconds)} s`,
        why: 'Open pages and whoever follows the stream do not hear of what happened.',
        todo: 'See that a worker runs and reaches NATS. countersign doctor --fix publishes them.',
        mend: async () => {
          const facts = createFactPublisher(database, stream, quiet);
          for (const bookingId of late) await facts.now(bookingId);
        },
      },
    ];
  },
};

export const stream: Check = {
  name: 'stream',
  title: 'the stream has every fact of the last weeks',
  look: async ({ database, stream: facts }: Patient): Promise<Finding[]> => {
    const lost = await lostFacts(database, facts);
    if (lost.length === 0) return [];
    return [
      {
        severity: 'error',
        what: `The stream lacks ${counted(lost.length, 'fact', 'facts')} that had left`,
        why: 'It was lost or is another one: pages that come back after a lost connection miss what happened.',
        todo: 'countersign doctor --fix publishes them again; whoever follows the stream may see some twice.',
        mend: () => publishAgain(database, createFactPublisher(database, facts, quiet), lost),
      },
    ];
  },
};

export const deadLetters: Check = {
  name: 'dead-letters',
  title: 'everything that came in could be processed',
  look: async ({ database }) =>
    (await openDeadLetters(database)).map(({ source, count, reason }) => ({
      severity: 'warning',
      what: `${counted(count, 'letter', 'letters')} from ${source} could not be processed (${reason})`,
      why: 'A provider said something that was not understood: a booking may wait for it.',
      todo: 'Look at them in the dashboard, and replay them when the cause is gone.',
    })),
};

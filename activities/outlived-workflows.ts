import { bookingsThatEnded } from '#db/queries/left-behind.ts';
import type { Parts } from './parts.ts';

/** By then a workflow has heard of the end and is over itself; one that still runs is looked at until the doctor's turn. */
const overSince = { atLeastSeconds: 60, atMostSeconds: 600 };

/**
 * A workflow may outlive its booking: the news of the end was lost with the engine, or its history cannot be replayed. It is told again; one
 * that cannot go on is replaced by a run that finds nothing to do.
 */
export async function endOutlivedWorkflows(parts: Parts): Promise<void> {
  const { database, log } = parts;
  const end = async (id: string): Promise<void> => {
    if (await parts.revive(id)) log.warn({ bookingId: id }, 'a workflow that could not end was replaced');
    else await parts.nudge(id);
  };
  for (const id of await parts.running(await bookingsThatEnded(database, overSince)))
    await end(id).catch((error: unknown) =>
      log.warn({ id, error }, 'sweep: ending a workflow that outlived its booking failed, tried again next time'),
    );
}

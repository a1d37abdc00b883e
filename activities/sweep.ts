import { expireHold } from '#db/changes/expire.ts';
import { abandonRequest } from '#db/changes/passing.ts';
import { abandonedRequests } from '#db/queries/bookings.ts';
import { dropOldGuesses } from '#db/queries/guesses.ts';
import { dropOldIdempotencyKeys } from '#db/queries/idempotency.ts';
import { bookingsToNudge, overdueHolds } from '#db/queries/left-behind.ts';
import { waitingAccountMessages } from '#db/queries/messages.ts';
import { bookingsWithUnpublished } from '#db/queries/outbox.ts';
import type { Parts } from './parts.ts';
import { recoverLostEnvelopes } from './lost-envelopes.ts';
import { endOutlivedWorkflows } from './outlived-workflows.ts';
import { reconcileEnvelopes } from './reconcile-envelopes.ts';

const publishAfterMs = 2_000;
const abandonAfterSeconds = 120;
const nudgeAfterSeconds = 10;
const mailAfterSeconds = 30;
/** By then a nudge had its effect, if the workflow can go on at all. */
const reviveAfterSeconds = 60;

/** Picks up what a crash left lying: facts that did not leave, requests nobody took, holds nobody ended, signatures nobody was told of. */
export async function sweep(parts: Parts): Promise<void> {
  const { database, facts, log } = parts;
  const each = async (what: string, ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> => {
    for (const id of ids)
      await work(id).catch((error: unknown) => log.warn({ id, error }, `sweep: ${what} failed, tried again next time`));
  };
  await each('publishing', await bookingsWithUnpublished(database, publishAfterMs), (id) => facts.now(id));
  await each('ending an abandoned request', await abandonedRequests(database, abandonAfterSeconds), async (id) => {
    await abandonRequest(database, id);
    // A workflow that was started for it, but never told to hold, waits for this.
    await parts.nudge(id);
  });
  await each('ending an overdue hold', await overdueHolds(database, nudgeAfterSeconds), async (id) => {
    await expireHold(database, id);
    facts.soon(id);
    await parts.nudge(id);
  });
  await each('nudging a workflow', await bookingsToNudge(database, nudgeAfterSeconds), (id) => parts.nudge(id));
  await each('reviving a workflow', await bookingsToNudge(database, reviveAfterSeconds), async (id) => {
    if (await parts.revive(id)) log.warn({ bookingId: id }, 'a workflow that could not go on was replaced');
  });
  await endOutlivedWorkflows(parts).catch((error: unknown) =>
    log.warn({ error }, 'sweep: looking for workflows that outlived their bookings failed, tried again next time'),
  );
  await each('sending an account mail', await waitingAccountMessages(database, mailAfterSeconds), (id) =>
    parts.sendAccountMail(id),
  );
  await reconcileEnvelopes(parts).catch((error: unknown) =>
    log.warn({ error }, 'sweep: asking the signing provider failed, tried again later'),
  );
  await recoverLostEnvelopes(parts).catch((error: unknown) =>
    log.warn({ error }, 'sweep: looking for envelopes at the signing provider failed, tried again later'),
  );
  await dropOldIdempotencyKeys(database);
  await dropOldGuesses(database);
}

import { sql } from 'slonik';
import type { HealthCheck } from '#api/parts.ts';
import type { Relay } from '#api/relay/relay.ts';
import type { SystemState } from '#db/queries/system-state.ts';
import type { Shared } from '../composition.ts';
import { watchReader } from './reader-watch.ts';

/** A mail that has waited this long was tried several times: its server is away, or no worker runs. */
const mailsWaitSeconds = 120;
/** A reader that the broker left alone begins anew within ten seconds (facts-stream.ts). */
const factsWaitMs = 15_000;
const signingSteps: ReadonlySet<string> = new Set(['send_envelope', 'collect_signed', 'void_envelope']);

/**
 * What GET /health/ready asks. Mail and signing are judged by what waits for them: asking their servers every few seconds would log in there
 * every few seconds, and say nothing of whether they take what we send.
 */
export function healthChecks(
  shared: Shared,
  relay: Pick<Relay, 'position'>,
  readState: () => Promise<SystemState>,
): Readonly<Record<string, HealthCheck>> {
  const reader = watchReader();
  return {
    database: {
      isEssential: true,
      run: async () => {
        await shared.database.query(sql.unsafe`select 1`);
      },
    },
    stream: {
      run: async () => {
        const { last } = await shared.stream.bounds();
        return reader.behindForMs(relay.position(), last, performance.now()) > factsWaitMs ? 'facts_wait' : undefined;
      },
    },
    engine: { run: () => shared.engine.check() },
    storage: { run: () => shared.store.check() },
    mail: {
      run: async () => {
        const { waitingMails } = await readState();
        return waitingMails.oldestSeconds > mailsWaitSeconds ? 'mails_wait' : undefined;
      },
    },
    signing: {
      run: async () => {
        const { attention } = await readState();
        return attention.some(({ step }) => signingSteps.has(step)) ? 'steps_keep_failing' : undefined;
      },
    },
  };
}

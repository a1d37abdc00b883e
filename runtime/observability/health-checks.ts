import { sql } from 'slonik';
import type { HealthCheck } from '#api/parts.ts';
import type { SystemState } from '#db/queries/system-state.ts';
import type { Shared } from '../composition.ts';

/** A mail that has waited this long was tried several times: its server is away, or no worker runs. */
const mailsWaitSeconds = 120;
const signingSteps: ReadonlySet<string> = new Set(['send_envelope', 'collect_signed', 'void_envelope']);

/**
 * What GET /health/ready asks. Mail and signing are judged by what waits for them: asking their servers every few seconds would log in there
 * every few seconds, and say nothing of whether they take what we send.
 */
export function healthChecks(
  shared: Shared,
  readState: () => Promise<SystemState>,
): Readonly<Record<string, HealthCheck>> {
  return {
    database: {
      isEssential: true,
      run: async () => {
        await shared.database.query(sql.unsafe`select 1`);
      },
    },
    stream: { run: () => shared.stream.check() },
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

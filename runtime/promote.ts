import type { Outcome } from './cli/terminal.ts';
import { loadPromotionConfig, processEnvironment } from './config.ts';
import { connectToTemporal } from './temporal-setup.ts';
import { promoteVersion } from './worker-version.ts';

const waitForWorkersMs = 300_000;

/**
 * What the production process `promote` does: makes WORKER_BUILD_ID the version that bookings run on.
 * @throws ConfigError, ServerAway, VersionNotServed
 */
export async function promote(): Promise<Outcome> {
  const { temporal, buildId } = loadPromotionConfig(processEnvironment());
  const connection = await connectToTemporal(temporal);
  try {
    await promoteVersion(connection, { namespace: temporal.namespace, buildId, timeoutMs: waitForWorkersMs });
    return { fine: true, lines: [`Bookings run on workers of version ${buildId}.`], data: { buildId } };
  } finally {
    await connection.close();
  }
}

import type { Outcome } from './cli/terminal.ts';
import { ConfigError, loadConfig, processEnvironment } from './config.ts';
import { connectToTemporal } from './temporal-setup.ts';
import { promoteVersion } from './worker-version.ts';

const waitForWorkersMs = 300_000;

/**
 * What the production process `promote` does: makes WORKER_BUILD_ID the version that bookings run on.
 * @throws ConfigError, ServerAway, VersionNotServed
 */
export async function promote(): Promise<Outcome> {
  const { temporal, worker } = loadConfig(processEnvironment());
  const { buildId } = worker;
  if (buildId === undefined) throw new ConfigError(['WORKER_BUILD_ID is not set: there is no version to promote.']);
  const connection = await connectToTemporal(temporal);
  try {
    await promoteVersion(connection, { namespace: temporal.namespace, buildId, timeoutMs: waitForWorkersMs });
    return { fine: true, lines: [`Bookings run on workers of version ${buildId}.`], data: { buildId } };
  } finally {
    await connection.close();
  }
}

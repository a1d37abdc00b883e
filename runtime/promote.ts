import { Connection } from '@temporalio/client';
import { configOfThisProcess } from './config.ts';
import { temporalConnectionOptions } from './temporal-setup.ts';
import { promoteVersion } from './worker-version.ts';

/** The production process `promote`: makes WORKER_BUILD_ID the version that bookings run on, then it ends. */
const waitForWorkersMs = 300_000;

const { temporal, worker } = configOfThisProcess();
if (worker.buildId === undefined) {
  process.stderr.write('WORKER_BUILD_ID is not set: there is no version to promote.\n');
  process.exit(78);
}
const connection = await Connection.connect({ connectTimeout: '30s', ...temporalConnectionOptions(temporal) });
try {
  const { namespace } = temporal;
  await promoteVersion(connection, { namespace, buildId: worker.buildId, timeoutMs: waitForWorkersMs });
  process.stdout.write(`Bookings run on workers of version ${worker.buildId}.\n`);
} finally {
  await connection.close();
}

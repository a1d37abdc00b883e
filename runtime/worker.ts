import { join } from 'node:path';
import { WorkflowIdConflictPolicy } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createWorkers } from '#activities/worker.ts';
import { bookingsQueue, housekeepingWorkflowType } from '#workflows/booking/messages.ts';
import { givesWay, openShared } from './composition.ts';
import { configOfThisProcess } from './config.ts';
import { giveWay } from './give-way.ts';
import { createLogger } from './logging.ts';
import { openErrorReports } from './observability/error-reports.ts';
import { serveMetrics } from './observability/metrics-server.ts';
import { addSystemState } from './observability/state-metrics.ts';
import { openTracing } from './observability/tracing.ts';
import { openWorkerParts } from './parts.ts';
import { endWith } from './process-end.ts';
import { serveWorkerHealth } from './worker-health.ts';
import { versioningOf } from './worker-version.ts';
import { ensureSchedules } from './schedules.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The `worker` process: workflows and their activities, or those of some task queues. Stateless: any number can run. */
const sweepEveryMs = 10_000;
const config = configOfThisProcess();
if (givesWay(config)) giveWay();
const tracing = await openTracing(config, 'worker');
const reports = await openErrorReports(config, 'worker');
const log = createLogger('worker', config.logLevel, { report: reports.report });
Runtime.install({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
    log[level === 'ERROR' ? 'error' : 'warn']({ ...meta }, message),
  ),
});

const shared = await openShared(config, 'worker');
addSystemState(shared);
const { parts, close } = openWorkerParts(config, shared, log);
const { address, tls, apiKey } = config.temporal;
const connection = await NativeConnection.connect({
  address,
  ...(tls && { tls: true }),
  ...(apiKey !== undefined && { apiKey }),
});
const versioning = versioningOf(config.worker.buildId);
const workers = await createWorkers(parts, {
  connection,
  namespace: config.temporal.namespace,
  queues: config.worker.queues,
  workflowBundle: () => workflowBundle(join(import.meta.dirname, '..')),
  ...(versioning && { versioning }),
});
const isTakingTasks = () => workers.every((worker) => worker.getState() === 'RUNNING');
const health = config.worker.httpPort && (await serveWorkerHealth(config.worker.httpPort, isTakingTasks));
const metrics = config.metricsPort && (await serveMetrics(config.metricsPort, shared.metrics, log));
const running = Promise.all(workers.map((worker) => worker.run()));

endWith(log, async () => {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await running;
  if (health) await health.close();
  if (metrics) await metrics.close();
  await close();
  await connection.close();
  await shared.close();
  await reports.close();
  await tracing.close();
});

if (config.worker.queues.includes(bookingsQueue)) {
  await shared.temporal.workflow.start(housekeepingWorkflowType, {
    workflowId: 'housekeeping',
    taskQueue: bookingsQueue,
    args: [{ everyMs: sweepEveryMs }],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
  await ensureSchedules(shared.temporal);
}
const { buildId, queues } = config.worker;
log.info({ address: config.temporal.address, buildId, queues }, 'worker ready');
process.send?.({ ready: true });
await running;

import { join } from 'node:path';
import { connectionBacklog, createApi } from '#api/server.ts';
import { openShared } from './composition.ts';
import { configOfThisProcess } from './config.ts';
import { createLogger } from './logging.ts';
import { openErrorReports } from './observability/error-reports.ts';
import { serveMetrics } from './observability/metrics-server.ts';
import { openTracing } from './observability/tracing.ts';
import { openApiParts } from './parts.ts';
import { endWith } from './process-end.ts';

/** The `api` process: HTTP, pages and the live connection. Stateless: any number can run. */
const closeConnectionsAfterMs = 5_000;
const config = configOfThisProcess();
const tracing = await openTracing(config, 'api');
const reports = await openErrorReports(config, 'api');
const log = createLogger('api', config.logLevel, { report: reports.report });
const shared = await openShared(config, 'api');
const { parts, close } = await openApiParts(config, shared, log);
const server = createApi(parts, join(import.meta.dirname, '..', 'web', 'dist'));

const metrics = config.metricsPort && (await serveMetrics(config.metricsPort, shared.metrics, log));

endWith(log, async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), closeConnectionsAfterMs).unref();
  await close();
  await closed;
  if (metrics) await metrics.close();
  await shared.close();
  await reports.close();
  await tracing.close();
});

server.listen({ port: config.http.port, backlog: connectionBacklog }, () => {
  log.info({ port: config.http.port, url: config.http.publicUrl }, 'api ready');
  process.send?.({ ready: true });
});

import { createServer } from 'node:http';
import { collectDefaultMetrics } from '@prometheus-io/client';
import type { Log } from '#activities/parts.ts';
import type { Metrics } from './metrics.ts';

export type MetricsServer = { close(): Promise<void> };

/** `GET /metrics` on a port of its own, so that no proxy in front of the pages can publish it; with the figures of the process itself. */
export async function serveMetrics(port: number, { registry }: Metrics, log: Log): Promise<MetricsServer> {
  collectDefaultMetrics({ register: registry });
  const server = createServer((request, response) => {
    // Not every path makes an address (`//` makes none), and what is thrown here ends the process.
    const pathname = URL.parse(request.url ?? '/', 'http://metrics')?.pathname;
    if (request.method !== 'GET' || pathname !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ error }, 'the metrics could not be read');
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { expect, test } from 'vitest';
import { freePort } from '../embedded/ports.ts';
import { createMetrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';

test('whatever is asked of the port of the metrics, the process goes on', async () => {
  const port = await freePort();
  const server = await serveMetrics(port, createMetrics(), { info() {}, warn() {}, error() {} });
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  try {
    for (const path of ['/anything', '//', '//:0']) expect(await statusOf(path)).toBe(404);
    expect(await statusOf('/metrics')).toBe(200);
  } finally {
    await server.close();
  }
});

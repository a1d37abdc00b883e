import { expect, test } from 'vitest';
import { freePort } from './embedded/ports.ts';
import { serveWorkerHealth } from './worker-health.ts';

test('a worker is live as long as it answers, and ready only while it takes tasks', async () => {
  const port = await freePort();
  let isTakingTasks = false;
  const health = await serveWorkerHealth(port, () => isTakingTasks);
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  try {
    expect([await statusOf('/health/live'), await statusOf('/health/ready')]).toEqual([200, 503]);
    isTakingTasks = true;
    expect(await statusOf('/health/ready')).toBe(200);
    for (const path of ['/anything', '//']) expect(await statusOf(path)).toBe(404);
  } finally {
    await health.close();
  }
  await expect(statusOf('/health/live')).rejects.toThrow();
});

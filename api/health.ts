import type { Router } from 'express';
import type { ApiParts } from './parts.ts';

type Check = { status: 'ok' | 'failing'; latencyMs: number; reason?: string };
const checkTimeoutMs = 2_500;

/** Live: the process answers. Ready: each dependency does, with what is degraded by name. */
export function mountHealth(router: Router, parts: ApiParts): void {
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/health/ready', async (_request, response) => {
    const entries = await Promise.all(
      Object.entries(parts.checks).map(async ([name, check]) => [name, await run(check)] as const),
    );
    const isReady = entries.every(([, { status }]) => status === 'ok');
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ok' : 'degraded', checks: Object.fromEntries(entries) });
  });
}

async function run(check: () => Promise<void>): Promise<Check> {
  const started = performance.now();
  const latencyMs = (): number => Math.round((performance.now() - started) * 10) / 10;
  try {
    await Promise.race([
      check(),
      new Promise((_, reject) => setTimeout(() => reject(new Error('timeout')), checkTimeoutMs).unref()),
    ]);
    return { status: 'ok', latencyMs: latencyMs() };
  } catch (error) {
    // The kind of failure, not its message: that could carry an address or a password.
    return {
      status: 'failing',
      latencyMs: latencyMs(),
      reason: error instanceof Error && error.message === 'timeout' ? 'timeout' : 'unreachable',
    };
  }
}

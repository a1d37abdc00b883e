import type { Router } from 'express';
import type { z } from 'zod';
import type { Ready } from '#contract/operations.ts';
import type { ApiParts, HealthCheck } from './parts.ts';

type Check = z.input<typeof Ready>['checks'][string];
const checkTimeoutMs = 2_500;

/**
 * Live: the process answers. Ready: it can serve. Without the database it cannot (503); whatever else is away or behind degrades what it
 * serves, by name, and it stays in its place: pages say themselves what does not go just now.
 */
export function mountHealth(router: Router, parts: ApiParts): void {
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/health/ready', async (_request, response) => {
    const entries = await Promise.all(
      Object.entries(parts.checks).map(async ([name, check]) => [name, await run(check), check.isEssential] as const),
    );
    const cannotServe = entries.some(([, { status }, isEssential]) => isEssential && status === 'down');
    const isFine = entries.every(([, { status }]) => status === 'ok');
    const answer: z.input<typeof Ready> = {
      status: cannotServe ? 'down' : isFine ? 'ok' : 'degraded',
      checks: Object.fromEntries(entries.map(([name, check]) => [name, check])),
    };
    response
      .status(cannotServe ? 503 : 200)
      .setHeader('Cache-Control', 'no-store')
      .json(answer);
  });
}

async function run({ run: check }: HealthCheck): Promise<Check> {
  const started = performance.now();
  const latencyMs = (): number => Math.round((performance.now() - started) * 10) / 10;
  let timer: NodeJS.Timeout | undefined;
  try {
    const behind = await Promise.race([
      check(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('timeout')), checkTimeoutMs);
      }),
    ]);
    return { status: behind ? 'degraded' : 'ok', latencyMs: latencyMs(), ...(behind && { reason: behind }) };
  } catch (error) {
    // The kind of failure, not its message: that could carry an address or a password.
    return {
      status: 'down',
      latencyMs: latencyMs(),
      reason: error instanceof Error && error.message === 'timeout' ? 'timeout' : 'unreachable',
    };
  } finally {
    clearTimeout(timer);
  }
}

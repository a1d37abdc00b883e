import { processEnvironment } from './config.ts';

/** Asks the process of this container whether it is ready: exit code 0, or 1 with its answer. For Docker's HEALTHCHECK. */
const answerWithinMs = 4000;

const env = processEnvironment();
const port = env['WORKER_HTTP_PORT'] || env['PORT'] || '4400';
try {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: AbortSignal.timeout(answerWithinMs),
  });
  process.stdout.write(`${(await response.text()).slice(0, 500)}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

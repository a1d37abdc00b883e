/**
 * `npm run demo [-- --output FOLDER]`: one booking from beginning to end, on the system that runs on the state folder, or on one of its own
 * when none does. Exit codes: 0 every step came, in order; 1 something is missing, and is said; 64 wrong usage.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { processEnvironment, startConfigOfThisProcess } from './config.ts';
import { outputFiles } from './demo/output.ts';
import { playDemo } from './demo/play.ts';
import { runningInstance } from './instance.ts';
import { startTemporarySystem, type System } from './system.ts';

type Place = { baseUrl: string; login: { email: string; password: string }; stop(): Promise<void> };

const demoEmail = 'demo@countersign.example';
const stepTimeoutMs = 60_000;
const startingTimeoutMs = 120_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const outputDir = resolve(readArguments());
  const place = await findPlace();
  try {
    say(`\nThe demo runs on ${place.baseUrl}.\n`);
    await playDemo({ ...place, outputDir, stepTimeoutMs, say });
    say(`\nEverything came, in order. In ${relative('', outputDir) || '.'}: ${Object.values(outputFiles).join(', ')}.`);
  } finally {
    await place.stop();
  }
}

function readArguments(): string {
  try {
    return parseArgs({ options: { output: { type: 'string', default: 'demo-output' } } }).values.output;
  } catch {
    process.stderr.write('Usage: npm run demo [-- --output FOLDER]\n');
    process.exit(64);
  }
}

async function findPlace(): Promise<Place> {
  const { stateDir } = startConfigOfThisProcess();
  const baseUrl = await runningAddress(stateDir);
  if (baseUrl !== undefined) {
    return { baseUrl, login: { email: demoEmail, password: passwordIn(stateDir) }, stop: async () => {} };
  }
  say('No system runs on this state folder: the demo starts one of its own, which goes away afterwards.');
  const { urls, demo, stop } = await startOwn();
  return { baseUrl: urls.base, login: demo, stop };
}

/** Of the system on this state folder; one that is just starting is waited for. */
async function runningAddress(stateDir: string): Promise<string | undefined> {
  const until = performance.now() + startingTimeoutMs;
  for (let instance = runningInstance(stateDir); instance; instance = runningInstance(stateDir)) {
    if (instance.urls) return instance.urls.base;
    if (performance.now() > until) {
      throw new Error(
        `The system on ${stateDir} has been starting for ${startingTimeoutMs / 1000} s and is not ready.`,
      );
    }
    await sleep(300);
  }
  return undefined;
}

function passwordIn(stateDir: string): string {
  try {
    return readFileSync(join(stateDir, 'demo-password'), 'utf8').trim();
  } catch {
    throw new Error(`A system runs on ${stateDir}, but it has no demo host: there is no file demo-password.`);
  }
}

/** Ends with this process, whatever ends it. Of the environment's outside world, the signing provider alone is used. */
async function startOwn(): Promise<System> {
  const isAboutSigning = ([name]: [string, unknown]) => /^(SIGNING|DOCUSIGN)_/.test(name);
  const env = Object.fromEntries(Object.entries(processEnvironment()).filter(isAboutSigning));
  const starting = startTemporarySystem({ report: say, env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say('Stopping …');
      starting
        .then((system) => system.stop())
        .catch(() => undefined)
        .finally(() => process.exit(130));
    });
  }
  return starting;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`\nThe demo failed. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

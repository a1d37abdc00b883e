import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processEnvironment, startConfigOfThisProcess } from './config.ts';
import { PortTaken } from './embedded/ports.ts';
import { WrongPassword } from './embedded/postgres.ts';
import { AlreadyRunning } from './instance.ts';
import { startSystem, type System } from './system.ts';

/** Ctrl-C comes twice, from the terminal and passed on by bootstrap.mjs: only one that comes later means "now". */
const IMPATIENT_AFTER_MS = 1000;

/** A step that takes longer (a build with Go) is not waited for when the order to stop comes in the middle of it. */
const STARTED_WITHIN_MS = 10_000;

/**
 * `npm start`: the whole product in one terminal, until Ctrl-C.
 * @param options.json says one JSON object on stdout when everything is ready, and the rest on stderr
 */
export function startUntilStopped({ json = false }: { json?: boolean } = {}): void {
  const startedAt = performance.now();
  const start = startConfigOfThisProcess();
  const say = (line: string) => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  let stoppingSince: number | undefined;

  const bringUp = async (): Promise<System | undefined> => {
    try {
      const running = await startSystem({ start, env: processEnvironment(), report: say });
      const seconds = (performance.now() - startedAt) / 1000;
      if (stoppingSince === undefined) process.stdout.write(json ? readyAsJson(running) : welcome(running, seconds));
      return running;
    } catch (error) {
      if (stoppingSince !== undefined) return undefined;
      const isPlain = [PortTaken, WrongPassword, AlreadyRunning].some((plain) => error instanceof plain);
      const text = isPlain || !(error instanceof Error) ? String(error).replace(/^\w+: /, '') : error.stack;
      process.stderr.write(`\n${text}\n`);
      process.exit(1);
    }
  };
  const stop = async (signal?: NodeJS.Signals): Promise<void> => {
    if (stoppingSince !== undefined) {
      const isImpatient = signal === 'SIGINT' && performance.now() - stoppingSince > IMPATIENT_AFTER_MS;
      // What still runs then is ended by its watchdog.
      if (isImpatient) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    say('\nStopping …');
    const begun = await Promise.race([starting, sleep(STARTED_WITHIN_MS, undefined)]);
    await begun?.stop();
    say('Everything is stopped. State is kept; the next start takes seconds.');
    process.exit(0);
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
  whenParentEnds(() => void stop());
  const place = shown(start.stateDir);
  say(`Countersign starts. What it keeps is in ${place}, its logs in ${place}/logs.`);
  const starting = bringUp();
}

function readyAsJson({ urls, demo }: System): string {
  return `${JSON.stringify({ command: 'start', ok: true, urls, demo })}\n`;
}

function welcome({ urls, demo }: System, seconds: number): string {
  const links = [
    ['Book a meeting, with an NDA', `${urls.base}/demo/founder-meeting`],
    ['Book a meeting, without', `${urls.base}/demo/intro`],
    ['Dashboard', `${urls.base}/dashboard   (${demo.email}, password ${demo.password})`],
    ['Mailbox: every mail sent', `${urls.base}/mailbox`],
    ['Temporal Web UI', urls.temporalUi ?? '(TEMPORAL_UI_URL is not set)'],
    ['API documentation', `${urls.base}/docs`],
  ] as const;
  const lines = links.map(([what, where]) => `  ${what.padEnd(30)} ${where}`);
  return `\nReady in ${seconds.toFixed(1)} s.\n\n${lines.join('\n')}\n\nCtrl-C stops everything. \`npm run demo\` plays one booking.\n`;
}

/** bootstrap.mjs passes signals on; when it is killed outright there is none, and this process must not stay behind. */
function whenParentEnds(act: () => void): void {
  const expected = Number(processEnvironment()['COUNTERSIGN_PARENT_PID'] ?? Number.NaN);
  if (expected !== process.ppid) return;
  setInterval(() => {
    if (process.ppid !== expected) act();
  }, 1000).unref();
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  startUntilStopped();

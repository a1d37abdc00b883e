import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { type Child, startChild } from './child.ts';
import { waitForPort } from './ports.ts';

export type EmbeddedTemporal = { address: string; uiUrl: string | undefined; child: Child; stop(): Promise<void> };

export type TemporalOptions = {
  /** The Temporal CLI, see binaries.ts. */
  program: string;
  dataDir: string;
  port: number;
  /** Left out: no Web UI. */
  uiPort?: number;
  namespace: string;
  logFile: string;
  /** See ChildOptions. */
  runDir: string;
};

const settingsFile = join(import.meta.dirname, '..', '..', 'temporal-config', 'development.yaml');

/**
 * A write goes to a log, and is on the disk a moment later, instead of three times before it counts: everything that Temporal does waits for its
 * writes, one after another. No crash of a process loses one; a power cut can lose the last moments, and a sweep gives the bookings of these
 * their steps again from Postgres, which has the truth.
 */
const writeAhead = ['journal_mode=WAL', 'synchronous=NORMAL'];

/**
 * Temporal's own single-process server, its state in one file, with the settings of temporal-config/development.yaml. It picks more ports than it is
 * given, each a moment before it uses it: whoever took one meanwhile makes it end, and it picks others.
 */
export function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  return pRetry(() => startOnce(options), {
    ...{ retries: 3, minTimeout: 100 },
    shouldRetry: ({ error }) => error.message.includes('address already in use'),
  });
}

async function startOnce(options: TemporalOptions): Promise<EmbeddedTemporal> {
  mkdirSync(options.dataDir, { recursive: true });
  const databaseFile = join(options.dataDir, 'temporal.db');
  const child = await startChild({
    name: 'Temporal',
    command: options.program,
    args: serverArguments(options, databaseFile),
    logFile: options.logFile,
    runDir: options.runDir,
    marker: databaseFile,
    stopSignal: 'SIGTERM',
  });
  const ready = [options.port, ...(options.uiPort ? [options.uiPort] : [])].map((port) =>
    waitForPort(port, 60_000, child.alive),
  );
  await Promise.all(ready).catch(async (error: unknown) => {
    await child.stop();
    throw error;
  });
  const uiUrl = options.uiPort && `http://localhost:${options.uiPort}`;
  return { address: `127.0.0.1:${options.port}`, uiUrl: uiUrl || undefined, child, stop: child.stop };
}

function serverArguments({ port, uiPort, namespace }: TemporalOptions, databaseFile: string): string[] {
  const settings = dynamicSettings(readFileSync(settingsFile, 'utf8'));
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort ? ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)] : ['--headless']),
    ...['--db-filename', databaseFile, '--namespace', namespace, '--log-level', 'warn'],
    ...writeAhead.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...settings.flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
  ];
}

/**
 * The settings of a dynamic configuration file that has one unconditional value for each name, which is all that the
 * development server can take. Values as JSON. @throws on anything else
 */
export function dynamicSettings(yaml: string): [name: string, value: string][] {
  const lines = yaml.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const settings: [string, string][] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const name = /^([\w.]+):$/.exec(lines[at] ?? '')?.[1];
    const value = /^ {2}- value: (\d+|true|false|'[^'"]*')$/.exec(lines[at + 1] ?? '')?.[1];
    if (name === undefined || value === undefined) {
      throw new Error(`not a name with one value: ${lines.slice(at, at + 2).join(' / ')}`);
    }
    settings.push([name, value.replaceAll("'", '"')]);
  }
  return settings;
}

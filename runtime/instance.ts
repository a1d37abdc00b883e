import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPorts } from './config.ts';

/** `instance.json` in the state folder: there as long as a system runs on that folder. */
export type Instance = {
  pid: number;
  /** When the process began, where Linux tells (clock ticks since boot): another one that later has the same pid is not mistaken for it. */
  startTicks: string | null;
  /** Present when all is ready. */
  urls?: SystemUrls;
  /** Process ids of the children by name. */
  children?: Record<string, number>;
  /** Where the embedded servers listen. */
  ports?: EmbeddedPorts;
};

export type SystemUrls = {
  /** The web pages and the API; no slash at the end. */
  base: string;
  temporalUi: string | undefined;
};

/** The state folder is in use: the message is one sentence for the person at the terminal. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
}

/** The system that runs on this state folder, when there is one. */
export function runningInstance(stateDir: string): Instance | undefined {
  const text = readIfThere(fileIn(stateDir));
  if (text === '') return undefined;
  const instance = JSON.parse(text) as Instance;
  return isAlive(instance) ? instance : undefined;
}

/**
 * Takes the state folder for this process.
 * @throws AlreadyRunning
 */
export function claimStateDir(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true });
  const running = runningInstance(stateDir);
  if (running !== undefined) throw new AlreadyRunning(describe(running, stateDir));
  rmSync(fileIn(stateDir), { force: true });
  const instance: Instance = { pid: process.pid, startTicks: startTicksOf(process.pid) };
  // `wx`: of two that start at the same moment, one gets it.
  writeFileSync(fileIn(stateDir), JSON.stringify(instance), { flag: 'wx' });
}

export function describeInstance(
  stateDir: string,
  running: { urls: SystemUrls; children: Record<string, number>; ports: EmbeddedPorts },
): void {
  const instance: Instance = { pid: process.pid, startTicks: startTicksOf(process.pid), ...running };
  writeFileSync(fileIn(stateDir), `${JSON.stringify(instance, null, 2)}\n`);
}

export function releaseStateDir(stateDir: string): void {
  rmSync(fileIn(stateDir), { force: true });
}

function describe({ pid, urls }: Instance, stateDir: string): string {
  const where = urls === undefined ? 'is just starting' : `runs at ${urls.base}`;
  return (
    `Countersign already ${where} (process ${pid}) with the state folder ${stateDir}: use that one, stop it, or choose ` +
    'another folder with STATE_DIR and another PORT.'
  );
}

function isAlive({ pid, startTicks }: Instance): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startTicks === startTicksOf(pid);
}

/** proc(5): field 22 of the process's `stat`; the second one, its name, may have spaces and ends with the last parenthesis. */
function startTicksOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function fileIn(stateDir: string): string {
  return join(stateDir, 'instance.json');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A child process that never outlives this one.
 *
 * Three things see to that: `stop()`; a watchdog, which is a shell that waits for this process to go away (its stdin closes
 * whatever kills this process, SIGKILL included) and then ends the child; and a pid file, by which the next start finds
 * what even that missed. The child is in a process group of its own, so that Ctrl-C reaches only this process, which stops
 * its children in order.
 */
export type Child = {
  name: string;
  pid: number;
  process: ChildProcess;
  /** Resolves when the process has ended, for whatever reason. */
  ended: Promise<Ending>;
  /** Aborted when the process ends; its reason is an error with the last lines of the log. */
  alive: AbortSignal;
  /** Ends the process: politely, then with SIGKILL. Repeating it is harmless. */
  stop(): Promise<void>;
};

export type Ending = { code: number | null; signal: NodeJS.Signals | null };

export type ChildOptions = {
  /** For people: `Postgres`, `worker`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** Numeric user and group to run as; only root can. */
  user?: { uid: number; gid: number };
  /** Receives stdout and stderr; begun anew when it has grown past a megabyte. */
  logFile: string;
  /** Keeps a file for each running child, by which the next start finds what a killed run left behind. */
  runDir: string;
  /** A text that is in this child's command line and in nobody else's: its data folder or configuration file. */
  marker: string;
  stopSignal?: NodeJS.Signals;
  /** How long it may take to end politely; default 10 s. */
  stopTimeoutMs?: number;
  /** True opens a message channel, for Node processes that report readiness. */
  messages?: boolean;
};

const LOG_LIMIT_BYTES = 1_000_000;

const WATCHDOG = `
read -r word
[ "$word" = done ] && exit 0
kill -s "$1" "$2" 2>/dev/null || exit 0
tries=0
while [ $tries -lt 80 ] && kill -0 "$2" 2>/dev/null; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL -- "-$2" 2>/dev/null
exit 0
`;

export async function startChild(options: ChildOptions): Promise<Child> {
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const pidFile = join(options.runDir, `${options.name.toLowerCase()}.pid`);
  await endLeftover(pidFile);
  const process = spawnDetached(options);
  const ended = new Promise<Ending>((resolve) => {
    process.once('exit', (code, signal) => resolve({ code, signal }));
    process.once('error', () => resolve({ code: null, signal: null }));
  });
  await new Promise((resolve, reject) => {
    process.once('spawn', resolve);
    process.once('error', (error) => reject(new Error(`${options.name} could not be started: ${error.message}`)));
  });
  const pid = process.pid ?? 0;
  mkdirSync(options.runDir, { recursive: true });
  writeFileSync(pidFile, JSON.stringify({ pid, marker: options.marker, stopSignal } satisfies Trace));
  const watchdog = watch(pid, stopSignal);
  const life = new AbortController();
  void ended.then((ending) => {
    watchdog.stdin?.end('done\n');
    rmSync(pidFile, { force: true });
    life.abort(new Error(describeEnding(options, ending)));
  });
  const stop = once(() => stopProcess(process, ended, stopSignal, options.stopTimeoutMs ?? 10_000));
  return { name: options.name, pid, process, ended, alive: life.signal, stop };
}

function spawnDetached(options: ChildOptions): ChildProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, isLarge(options.logFile) ? 'w' : 'a');
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: options.messages ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    ...(options.env && { env: { ...options.env } }),
    ...(options.cwd && { cwd: options.cwd }),
    ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
  });
  closeSync(log);
  return child;
}

function isLarge(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES;
}

/** In a session of its own, so that what ends this process's group does not end the watchdog as well. */
function watch(pid: number, stopSignal: NodeJS.Signals): ChildProcess {
  const args = ['-c', WATCHDOG, 'countersign-watchdog', stopSignal.replace('SIG', ''), String(pid)];
  const watchdog = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
  watchdog.stdin?.on('error', () => undefined);
  watchdog.unref();
  return watchdog;
}

async function stopProcess(process: ChildProcess, ended: Promise<Ending>, signal: NodeJS.Signals, timeoutMs: number) {
  if (process.exitCode === null && process.signalCode === null) {
    process.kill(signal);
    const timer = setTimeout(() => killGroup(process.pid ?? 0), timeoutMs);
    await ended;
    clearTimeout(timer);
  }
  killGroup(process.pid ?? 0);
}

/** What the child itself started (a browser, for instance) is in its group and goes with it. */
function killGroup(pid: number): void {
  if (pid > 1) signalProcess(-pid, 'SIGKILL');
}

function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // ESRCH: it is gone, which is what was wanted. EPERM: it is another user's, hence not ours.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

/** What is remembered of a running child. */
type Trace = { pid: number; marker: string; stopSignal: NodeJS.Signals };

/** Ends every process that an earlier run with the same folder left behind. */
export async function endLeftovers(runDir: string): Promise<void> {
  if (!existsSync(runDir)) return;
  const files = readdirSync(runDir).filter((name) => name.endsWith('.pid'));
  await Promise.all(files.map((name) => endLeftover(join(runDir, name))));
}

/** Recognized by pid and command line, so that no other process is touched. */
async function endLeftover(pidFile: string): Promise<void> {
  const text = readIfThere(pidFile);
  if (text === '') return;
  const { pid, marker, stopSignal } = JSON.parse(text) as Trace;
  const isOurs = () => commandLineOf(pid).includes(marker);
  if (pid > 1 && isOurs()) {
    signalProcess(pid, stopSignal);
    const deadline = performance.now() + 8000;
    while (isOurs() && performance.now() < deadline) await new Promise((next) => setTimeout(next, 50));
    if (isOurs()) signalProcess(pid, 'SIGKILL');
  }
  rmSync(pidFile, { force: true });
}

function commandLineOf(pid: number): string {
  if (process.platform === 'linux') return readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function describeEnding(options: ChildOptions, { code, signal }: Ending): string {
  const lines = readIfThere(options.logFile).trimEnd().split('\n').slice(-12).join('\n  ');
  return `${options.name} ended (${signal ?? `code ${code}`}). The end of ${options.logFile}:\n  ${lines}`;
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}

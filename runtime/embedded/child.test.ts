import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ChildOptions, endLeftovers, startChild } from './child.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-child-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function options(script: string): ChildOptions {
  return {
    name: 'Sleeper',
    command: '/bin/sh',
    args: ['-c', `${script} # ${dir}`],
    logFile: join(dir, 'log'),
    runDir: join(dir, 'run'),
    marker: dir,
    stopTimeoutMs: 300,
  };
}

/** A process that has ended but that nobody asked about (a zombie) runs no more. */
function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come about in 10 s');
    await sleep(20);
  }
}

test('stop ends a child that does not listen, and what that child started', async () => {
  const child = await startChild(options(`trap '' TERM; sleep 300 & echo $! > ${dir}/grandchild; wait; sleep 300`));
  await until(() => existsSync(join(dir, 'grandchild')) && readFileSync(join(dir, 'grandchild'), 'utf8') !== '');
  await child.stop();
  const grandchild = Number(readFileSync(join(dir, 'grandchild'), 'utf8'));
  await until(() => !runs(child.pid) && !runs(grandchild));
});

test('a child that ends by itself says so, with the end of its log', async () => {
  const child = await startChild(options('echo disk is full; exit 3'));
  expect(await child.ended).toEqual({ code: 3, signal: null });
  await until(() => child.alive.aborted);
  expect((child.alive.reason as Error).message).toMatch(/^Sleeper ended \(code 3\)\. .*disk is full$/s);
  await child.stop();
});

test('a command that is not there is an error that names it', async () => {
  const missing = { ...options(''), command: '/nowhere/server' };
  await expect(startChild(missing)).rejects.toThrow(/^Sleeper could not be started: .*\/nowhere\/server/);
});

test('a child does not survive the SIGKILL of its parent', async () => {
  const script = join(dir, 'parent.ts');
  const url = JSON.stringify(join(import.meta.dirname, 'child.ts'));
  const given = JSON.stringify(options('sleep 300; true'));
  writeFileSync(script, `import { startChild } from ${url};\nconsole.log((await startChild(${given})).pid);`);
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
  expect(runs(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !runs(pid));
});

test('what a killed run left behind is ended at the next start; a process that only has its number is not', async () => {
  const mine = spawn('/bin/sh', ['-c', `sleep 300; true # ${dir}`], { stdio: 'ignore' });
  const other = spawn('sleep', ['300'], { stdio: 'ignore' });
  const child = await startChild(options('exit 0'));
  await child.ended;
  const trace = (pid: number | undefined) => JSON.stringify({ pid, marker: dir, stopSignal: 'SIGTERM' });
  await sleep(50);
  writeFileSync(join(dir, 'run', 'left.pid'), trace(mine.pid));
  writeFileSync(join(dir, 'run', 'reused.pid'), trace(other.pid));
  await endLeftovers(join(dir, 'run'));
  await until(() => !runs(mine.pid ?? 0));
  expect(runs(other.pid ?? 0)).toBe(true);
  other.kill('SIGKILL');
});

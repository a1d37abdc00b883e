import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AlreadyRunning, claimStateDir, describeInstance, releaseStateDir, runningInstance } from './instance.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-instance-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a state folder serves one system at a time, and the second hears where the first runs', () => {
  claimStateDir(dir);
  describeInstance(dir, {
    urls: { base: 'http://localhost:4400', temporalUi: undefined },
    children: { api: 1 },
    ports: { postgres: 1, nats: 2, temporal: 3, temporalUi: 4 },
  });
  expect(() => claimStateDir(dir)).toThrow(AlreadyRunning);
  expect(() => claimStateDir(dir)).toThrow(
    /^Countersign already runs at http:\/\/localhost:4400 .* STATE_DIR .* PORT\.$/,
  );
  expect(runningInstance(dir)?.urls?.base).toBe('http://localhost:4400');
  releaseStateDir(dir);
  expect(runningInstance(dir)).toBeUndefined();
  claimStateDir(dir);
});

test('a folder whose system was killed is free', () => {
  claimStateDir(dir);
  const file = join(dir, 'instance.json');
  const instance = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...instance, pid: 2 ** 22 + 1 }));
  expect(runningInstance(dir)).toBeUndefined();
  claimStateDir(dir);
});

test('a process that later got the same number is not taken for the system', () => {
  claimStateDir(dir);
  const file = join(dir, 'instance.json');
  writeFileSync(file, JSON.stringify({ pid: process.ppid, startTicks: '1' }));
  expect(runningInstance(dir)).toBeUndefined();
});

test('a system is recognized by another process, however it was started', async () => {
  const name = 'started.mjs';
  writeFileSync(
    join(dir, name),
    `import { claimStateDir } from ${JSON.stringify(new URL('instance.ts', import.meta.url).href)};
    claimStateDir(${JSON.stringify(dir)});
    console.log('claimed');
    setInterval(() => {}, 1_000);`,
  );
  // A relative path: it is not what the process itself says of its script.
  const child = spawn(process.execPath, [name], { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    expect(runningInstance(dir)?.pid).toBe(child.pid);
    expect(() => claimStateDir(dir)).toThrow(AlreadyRunning);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(runningInstance(dir)).toBeUndefined();
});

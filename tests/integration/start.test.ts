import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processEnvironment } from '#runtime/config.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { runningInstance } from '#runtime/instance.ts';

/** `npm start`, as a person at a terminal has it: a process, what it prints, and signals. The tests follow one another. */
const bootstrap = join(import.meta.dirname, '..', '..', 'runtime', 'bootstrap.mjs');
let stateDir: string;
let env: NodeJS.ProcessEnv;
let running: Terminal;

type Terminal = { child: ChildProcess; printed(): string; ended: Promise<number | null> };

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'countersign-start-'));
  chmodSync(stateDir, 0o755);
  const [port, postgres, nats, temporal, ui, metrics] = (await freePorts(6)).map(String);
  env = {
    ...processEnvironment(),
    ...{ STATE_DIR: stateDir, PORT: port, EMBEDDED_POSTGRES_PORT: postgres, EMBEDDED_NATS_PORT: nats },
    ...{ EMBEDDED_TEMPORAL_PORT: temporal, EMBEDDED_TEMPORAL_UI_PORT: ui, NODE_ENV: 'development' },
    METRICS_PORT: metrics,
  };
});

afterAll(async () => {
  running.child.kill('SIGTERM');
  await running.ended;
  rmSync(stateDir, { recursive: true, force: true });
});

function start(changes: NodeJS.ProcessEnv = {}): Terminal {
  const options = { env: { ...env, ...changes }, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
  const child = spawn(process.execPath, [bootstrap, 'runtime/start.ts'], options);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, printed: () => text, ended };
}

async function prints(terminal: Terminal, words: string | RegExp): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(typeof words === 'string' ? terminal.printed().includes(words) : words.test(terminal.printed()))) {
    if (terminal.child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`"${words}" was not printed, but:\n${terminal.printed()}`);
    }
    await sleep(50);
  }
}

/** Processes that have this state folder in their command line. */
function processesOfSystem(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(stateDir));
}

test('prints the links when everything is ready, and they open', async () => {
  running = start();
  await prints(running, /^Ready in/m);
  const links = running.printed().match(/http:\/\/localhost:\d+\S*/g) ?? [];
  expect(links).toHaveLength(6);
  const answers = await Promise.all(links.map(async (link) => (await fetch(link)).status));
  expect(answers).toEqual(links.map(() => 200));
  expect(running.printed()).toMatch(/demo@countersign\.example, password \S+\)/);
});

test('api and workers each tell Prometheus of themselves, where METRICS_PORT says so', async () => {
  const ofApi = Number(env['METRICS_PORT']);
  const textOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(await textOf(ofApi)).toMatch(/^countersign_live_connections 0$/m);
  for (const ofWorker of [ofApi + 1, ofApi + 2]) {
    const worker = await textOf(ofWorker);
    expect(worker).toMatch(/^countersign_state_readable 1$/m);
    expect(worker).toMatch(/^countersign_task_queue_lag_seconds\{queue="documents"\} [\d.]+$/m);
  }
});

test('refuses to run twice on the same state folder, in a sentence', async () => {
  const second = start();
  expect(await second.ended).toBe(1);
  expect(second.printed()).toMatch(/^Countersign already runs at http:\/\/localhost:\d+ .*STATE_DIR/m);
  expect(second.printed()).not.toContain('    at ');
});

test('lets what makes documents wait for what guests wait for', () => {
  const { worker = 0, documents = 0 } = runningInstance(stateDir)?.children ?? {};
  expect(getPriority(documents)).toBeGreaterThan(getPriority(worker));
});

test.each(['worker', 'documents'])('starts a killed %s again', async (name) => {
  const before = runningInstance(stateDir)?.children?.[name] ?? 0;
  process.kill(before, 'SIGKILL');
  await prints(running, `${name} runs again.`);
});

test('ends every process on SIGTERM, and finds everything as it was at the next start', async () => {
  const password = /password (\S+)\)/.exec(running.printed())?.[1];
  expect(processesOfSystem().length).toBeGreaterThanOrEqual(5);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(processesOfSystem()).toEqual([]);
  running = start();
  await prints(running, /^Ready in/m);
  expect(running.printed()).toContain(`password ${password})`);
});

test('leaves no process behind when it is killed outright, and starts again on what is there', async () => {
  process.kill(runningInstance(stateDir)?.pid ?? 0, 'SIGKILL');
  await running.ended;
  running = start();
  await prints(running, /^Ready in/m);
  running.child.kill('SIGTERM');
  await running.ended;
  expect(processesOfSystem()).toEqual([]);
});

test('names a taken port with the setting that changes it, and starts nothing', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(Number(env['EMBEDDED_NATS_PORT']), '127.0.0.1', resolve));
  const refused = start();
  expect(await refused.ended).toBe(1);
  other.close();
  expect(refused.printed()).toMatch(/^Port \d+, which NATS would use, is taken .*EMBEDDED_NATS_PORT=\d+\.$/m);
  expect(processesOfSystem()).toEqual([]);
});

test('names every wrong setting at once', async () => {
  const refused = start({ PORT: '0', LOG_LEVEL: 'loud' });
  expect(await refused.ended).toBe(78);
  expect(refused.printed()).toContain('PORT is "0": it must be a whole number from 1 to 65535.');
  expect(refused.printed()).toContain('LOG_LEVEL is "loud": it must be one of');
});

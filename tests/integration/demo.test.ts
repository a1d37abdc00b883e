import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { milestones } from '#runtime/demo/expected-facts.ts';
import { outputFiles } from '#runtime/demo/output.ts';
import { playDemo } from '#runtime/demo/play.ts';
import { processEnvironment } from '#runtime/config.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import { startProduct } from '#tests/product.ts';

/** `npm run demo`, as a person at a terminal has it. */
const bootstrap = join(import.meta.dirname, '..', '..', 'runtime', 'bootstrap.mjs');
let dir: string;
let system: ChildProcess | undefined;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  chmodSync(dir, 0o755);
});

afterAll(async () => {
  if (system && system.exitCode === null) {
    system.kill('SIGTERM');
    await new Promise((resolve) => system?.once('close', resolve));
  }
  rmSync(dir, { recursive: true, force: true });
});

async function environment(stateDir: string): Promise<NodeJS.ProcessEnv> {
  const [port, postgres, nats, temporal, ui] = (await freePorts(5)).map(String);
  return {
    ...processEnvironment(),
    ...{ STATE_DIR: stateDir, PORT: port, EMBEDDED_POSTGRES_PORT: postgres, EMBEDDED_NATS_PORT: nats },
    ...{ EMBEDDED_TEMPORAL_PORT: temporal, EMBEDDED_TEMPORAL_UI_PORT: ui, NODE_ENV: 'development' },
  };
}

function run(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, [bootstrap, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, printed: () => printed };
}

async function runDemo(env: NodeJS.ProcessEnv, outputDir: string): Promise<string> {
  const demo = run(env, 'runtime/demo.ts', '--output', outputDir);
  expect(await demo.ended, demo.printed()).toBe(0);
  return demo.printed();
}

function typesIn(outputDir: string): string[] {
  const lines = readFileSync(join(outputDir, outputFiles.events), 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { viewer: string; type?: string });
  return events.filter(({ viewer }) => viewer === 'host').map(({ type = '' }) => type);
}

test('the demo brings up a system of its own when none runs, and leaves everything that guest and host got', async () => {
  const outputDir = join(dir, 'own');
  const printed = await runDemo(await environment(join(dir, 'no-system')), outputDir);
  expect(printed).toContain('Everything came, in order.');
  expect(readdirSync(outputDir).sort()).toEqual(Object.values(outputFiles).sort());
  expect(readFileSync(join(outputDir, outputFiles.document)).subarray(0, 5).toString()).toBe('%PDF-');
  expect(typesIn(outputDir).filter((type) => !type.startsWith('notify.'))).toEqual([...milestones]);
}, 120_000);

test('the demo plays on the running system, again and again', async () => {
  const env = await environment(join(dir, 'state'));
  const started = run(env, 'runtime/start.ts');
  system = started.child;
  // Started at the same moment, it waits until the system is ready.
  await expect.poll(() => started.printed(), { timeout: 60_000 }).toContain('Countersign starts.');
  const outputDir = join(dir, 'running');
  const first = await runDemo(env, outputDir);
  expect(first).toContain(`The demo runs on http://localhost:${env['PORT']}.`);
  const before = readFileSync(join(outputDir, outputFiles.document));
  await runDemo(env, outputDir);
  expect(readFileSync(join(outputDir, outputFiles.document)).equals(before)).toBe(false);
}, 120_000);

test('the demo fails with a sentence when a mail does not come, and keeps what it saw', async () => {
  const product = await startProduct({
    wrap: (parts) => ({
      ...parts,
      mailer: { ...parts.mailer, send: () => Promise.reject(new Error('the mail server is away')) },
    }),
  });
  try {
    const host = await buildHost(product);
    await buildMeetingType(product, host, { nda: true });
    const said: string[] = [];
    const outputDir = join(dir, 'no-mail');
    const { baseUrl } = product;
    const say = (line: string) => void said.push(line);
    await expect(playDemo({ baseUrl, login: host, outputDir, stepTimeoutMs: 4_000, say })).rejects.toThrow(
      /^No mail to grace-\w+@guest\.example .* came within 4 s\.$/,
    );
    expect(said.at(-1)).toMatch(/has the link to sign by mail: FAILED$/);
    expect(typesIn(outputDir)).toContain('nda.sent');
  } finally {
    await product.stop();
  }
});

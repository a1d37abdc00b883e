import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '#runtime/embedded/binaries.ts';
import { processEnvironment } from '#runtime/config.ts';
import { allParts, type Part } from './run/parts.ts';
import type { Counts } from './run/results.ts';

/**
 * `npm test`, or `npm test lint unit` for some parts: what can run at once runs two at a time, then what needs the machine
 * for itself. Output is shown for parts that fail. The last line is `N passed, N failed`; a check (types, lint, …) counts as one.
 */

const root = join(import.meta.dirname, '..');
const AT_ONCE = 2;
const say = (line: string) => process.stdout.write(`${line}\n`);
const scratch = mkdtempSync(join(tmpdir(), 'countersign-results-'));

async function main(): Promise<boolean> {
  const parts = chosenParts(process.argv.slice(2));
  const results: Counts[] = [];
  const together = parts.filter((part) => !part.alone);
  const runNext = async (): Promise<void> => {
    for (let part = together.shift(); part; part = together.shift()) results.push(await runPart(part));
  };
  const alone = parts.filter((part) => part.alone);
  // Made ready meanwhile, because building them may take minutes, once.
  const programs = alone.length > 0 ? havePrograms() : Promise.resolve();
  programs.catch(() => undefined);
  await Promise.all(Array.from({ length: AT_ONCE }, runNext));
  await programs;
  for (const part of alone) results.push(await runPart(part));
  return summarize(results);
}

function chosenParts(names: string[]): Part[] {
  const all = allParts();
  const unknown = names.filter((name) => !all.some((part) => part.name === name));
  if (unknown.length > 0) {
    say(`There is no part ${unknown.join(', ')}. Parts: ${all.map((part) => part.name).join(', ')}.`);
    process.exit(2);
  }
  const chosen = names.length === 0 ? all : all.filter((part) => names.includes(part.name));
  for (const { name, leftOut } of chosen) if (leftOut !== undefined) say(`- ${name}: left out, ${leftOut}`);
  return chosen.filter((part) => part.leftOut === undefined);
}

async function havePrograms(): Promise<void> {
  await Promise.all([findProgram('nats-server', { report: say }), findProgram('temporal', { report: say })]);
}

async function runPart(part: Part): Promise<Counts> {
  const startedAt = performance.now();
  if (part.alone) say(`… ${part.name}`);
  const reportFile = join(scratch, `${part.name}.json`);
  const { exitCode, output } = await runChild(part, reportFile);
  const counts = part.count(exitCode, reportFile);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const sum = `${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`;
  say(`${counts.failed === 0 ? '✓' : '✗'} ${part.name.padEnd(12)} ${sum} (${seconds} s)`);
  if (counts.failed > 0) say(`${'─'.repeat(40)} ${part.name}\n${output.trim()}\n${'─'.repeat(40)}`);
  return counts;
}

function runChild(part: Part, reportFile: string): Promise<{ exitCode: number; output: string }> {
  const [program = '', ...args] = part.command.map((word) => word.replace('{report}', reportFile));
  const env = { ...processEnvironment(), NO_COLOR: '1', PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', '.bin', program), ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => resolve({ exitCode: 1, output: error.message }));
    child.once('close', (code) => {
      running.delete(child);
      resolve({ exitCode: code ?? 1, output });
    });
  });
}

function summarize(results: Counts[]): boolean {
  const sum = (which: keyof Counts) => results.reduce((total, counts) => total + counts[which], 0);
  say(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && sum('passed') > 0;
}

const running = new Set<ReturnType<typeof spawn>>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  });
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

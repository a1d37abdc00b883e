import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Environment } from '#runtime/config.ts';

export type CommandResult = { exitCode: number | null; stdout: string; stderr: string };

/** `countersign …` as an operator runs it: a process of its own, with this environment. */
export function countersign(env: Environment, ...args: string[]): Promise<CommandResult> {
  const main = join(import.meta.dirname, '..', 'runtime', 'cli', 'main.ts');
  const child = spawn(process.execPath, [main, ...args], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...said }));
  });
}

/** What a command said with `--json`. @throws with all that it said when that is not one JSON object */
export function jsonOf<T>({ stdout, stderr }: CommandResult): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`No JSON on stdout:\n${stdout}\n${stderr}`);
  }
}

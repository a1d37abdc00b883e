import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, processEnvironment } from '../config.ts';
import type { Progress } from '../progress.ts';

/** What came of a command. */
export type Outcome = {
  /** False: something was found, or did not work. Exit code 1. */
  fine: boolean;
  /** In words, for a person. */
  lines: readonly string[];
  /** The same for a program: with `--json`, the only thing on stdout. */
  data: Readonly<Record<string, unknown>>;
};

/** It cannot be done, and the message says why and what to do, in a sentence or two. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

export const EXIT_FOUND = 1;
export const EXIT_USAGE = 2;
/** EX_CONFIG of sysexits.h, as the processes have it. */
export const EXIT_CONFIG = 78;

/** Steps are told while they happen: on stdout for a person, on stderr when stdout belongs to a program. */
export function progressOf(options: { json?: boolean | undefined }): Progress {
  const stream = options.json ? process.stderr : process.stdout;
  return (line) => void stream.write(`${line}\n`);
}

/** Does a command's work, says what came of it, and leaves the exit code. */
export async function perform(
  command: Command,
  options: { json?: boolean | undefined },
  work: (report: Progress) => Promise<Outcome>,
): Promise<void> {
  try {
    const { fine, lines, data } = await work(progressOf(options));
    const said = options.json ? JSON.stringify({ command: command.name(), ok: fine, ...data }) : lines.join('\n');
    process.stdout.write(`${said}\n`);
    process.exitCode = fine ? 0 : EXIT_FOUND;
  } catch (error) {
    if (options.json)
      process.stdout.write(`${JSON.stringify({ command: command.name(), ok: false, error: messageOf(error) })}\n`);
    process.stderr.write(`${isForPeople(error) || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
    process.exitCode = error instanceof ConfigError ? EXIT_CONFIG : EXIT_FOUND;
  }
}

/** A path as the person at the terminal meant it: from where they stood when they called npm. */
export function pathFromCaller(path: string): string {
  return resolve(processEnvironment()['INIT_CWD'] ?? process.cwd(), path);
}

/** By name, so that asking for help loads nothing of what throws them. */
const forPeople = new Set([
  'ConfigError',
  'PortTaken',
  'WrongPassword',
  'AlreadyRunning',
  'NoPlace',
  'CommandFailed',
  'BackupDamaged',
  'RestoreRefused',
  'EngineUnavailable',
  'ServerAway',
  'VersionNotServed',
]);

/** What Node says of a server that nobody listens at, or that no way leads to. */
const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']);

function isUnreachable(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && unreachable.has(error.code);
}

/** A name with several addresses fails with an error of each, and a message of its own that is empty. */
function reasonOf(error: Error): string {
  const each = error instanceof AggregateError ? error.errors.map(String) : [error.message];
  return each.join('; ');
}

function isForPeople(error: unknown): boolean {
  return error instanceof Error && (forPeople.has(error.name) || isUnreachable(error));
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigError)
    return `The configuration is not complete (see .env.example):\n  ${error.problems.join('\n  ')}`;
  if (!(error instanceof Error)) return String(error);
  if (isUnreachable(error))
    return `A server cannot be reached: ${reasonOf(error)}. countersign doctor says which one, and what to do.`;
  return error.message;
}

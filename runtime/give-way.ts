import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Weighs a sixth of what asks for the processor at the same moment, and is as fast as ever when nothing does. With a third (5), taking a slot beside
 * twenty signatures took more than twice as long; with a tenth (10), a document took most of a minute on a machine that was busy with other things.
 */
const niceness = 8;

/**
 * Lets everybody else on this machine have the processor before this process and those that it has started. Thrift only: where the system
 * does not know of it, nothing changes.
 *
 * A nice value counts among the threads of one session; sessions, and here each server and each browser is one, are weighed against each other
 * by a value of their own (Linux, sched(7), "The autogroup feature"; control groups take its place where they divide the processor).
 */
export function giveWay(): void {
  attempt(() => setPriority(niceness));
  for (const thread of threads()) {
    attempt(() => setPriority(thread, niceness));
    for (const child of childrenOf(thread)) lowerSession(child);
  }
  lowerSession(process.pid);
}

/** Only of a process that leads its session: a shell's has others in it. */
function lowerSession(pid: number): void {
  attempt(() => {
    if (sessionOf(pid) === pid) writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  });
}

function threads(): number[] {
  return attempt(() => readdirSync('/proc/self/task').map(Number)) ?? [];
}

function childrenOf(thread: number): number[] {
  const text = attempt(() => readFileSync(`/proc/self/task/${thread}/children`, 'utf8')) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

/** proc(5): field 6 of a process's `stat`; the second one, its name, may have spaces and ends with the last parenthesis. */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

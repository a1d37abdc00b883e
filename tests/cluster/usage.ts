import { readdirSync, readFileSync } from 'node:fs';

/** What a process and everything it started has used: processor seconds since it began, and memory now. */
export type Usage = { cpuSeconds: number; memoryMegabytes: number };

type Process = { parent: number; ticks: number; pages: number };

/** Clock ticks a second and bytes a page, as Linux reports them on every usual machine (sysconf). */
const TICKS = 100;
const PAGE_BYTES = 4096;

/** By /proc, so on Linux alone; elsewhere nothing is known. Memory that processes share (Postgres' buffers) is counted in each. */
export function usageOf(pids: readonly number[]): Usage {
  const all = runningProcesses();
  const family = new Set(pids);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const [pid, { parent }] of all) if (family.has(parent)) family.add(pid);
  }
  const members = [...family].flatMap((pid) => all.get(pid) ?? []);
  const sum = (of: (process: Process) => number) => members.reduce((total, process) => total + of(process), 0);
  return {
    cpuSeconds: sum(({ ticks }) => ticks) / TICKS,
    memoryMegabytes: (sum(({ pages }) => pages) * PAGE_BYTES) / 1e6,
  };
}

function runningProcesses(): Map<number, Process> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(pids.flatMap((name) => entryOf(Number(name))));
}

/** Fields of proc(5) after the command's name, which may have blanks in it: state, parent, …; times count ended children too. */
function entryOf(pid: number): [number, Process][] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return [[pid, { parent: fields[1] ?? 0, ticks: user + system + childUser + childSystem, pages: fields[21] ?? 0 }]];
  } catch {
    // It ended between the listing and the look.
    return [];
  }
}

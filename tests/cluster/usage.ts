import { readdirSync, readFileSync } from 'node:fs';

type Process = { parent: number; ticks: number };

/** Clock ticks a second, as Linux reports them on every usual machine (sysconf). */
const TICKS = 100;

/** Processor seconds that these processes and everything they started have used since they began. By /proc, so on Linux alone; elsewhere 0. */
export function cpuSecondsOf(pids: readonly number[]): number {
  const all = runningProcesses();
  const family = new Set(pids);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const [pid, { parent }] of all) if (family.has(parent)) family.add(pid);
  }
  const ticks = [...family].reduce((total, pid) => total + (all.get(pid)?.ticks ?? 0), 0);
  return ticks / TICKS;
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
    return [[pid, { parent: fields[1] ?? 0, ticks: user + system + childUser + childSystem }]];
  } catch {
    // It ended between the listing and the look.
    return [];
  }
}

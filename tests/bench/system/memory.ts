import { readdirSync, readFileSync } from 'node:fs';

/**
 * What a process and those it started keep in memory, in MB; pages that several share are counted once, in parts (proportional set size). Linux
 * tells; null elsewhere.
 */
export function memoryOf(pid: number): number | null {
  try {
    const own = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
    return children.reduce((sum, child) => sum + (memoryOf(child) ?? 0), Number(own ?? 0) / 1024);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

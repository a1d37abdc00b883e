import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second. */
const tickMs = 10;

/** Processor time that a process has taken since its start, in milliseconds, its threads' included. Linux tells. */
export function processorTimeOf(pid: number): number {
  // The name, second, may have spaces; utime and stime are the 14th and 15th fields (proc_pid_stat(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

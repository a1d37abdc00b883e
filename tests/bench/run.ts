import { readdirSync } from 'node:fs';
import type { Bench } from './report.ts';
import { reaches, tableOf } from './report.ts';
import { lookAtMachine, sentenceAbout } from './system/machine.ts';

/**
 * `npm run bench -- PART…`: says how busy the machine is, prints each part's table, then everything as one line of JSON; with `--json`,
 * nothing but that line. A missed floor ends with exit code 1.
 */
const notParts = new Set(['run.ts', 'report.ts', 'timing.ts']);
const parts = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !notParts.has(file))
  .map((file) => file.slice(0, -3));
const isJson = process.argv.includes('--json');
const asked = process.argv.slice(2).filter((word) => word !== '--json');
const unknown = asked.filter((part) => !parts.includes(part));
if (asked.length === 0 || unknown.length > 0) {
  console.error(`usage: npm run bench -- ${parts.join(' | ')} [--json]`);
  process.exit(2);
}

const machine = await lookAtMachine();
if (!isJson) console.log(`${sentenceAbout(machine)}\n`);
const results = [];
for (const part of asked) {
  const { bench } = (await import(`./${part}.ts`)) as { bench: Bench };
  const rows = await bench();
  if (!isJson) console.log(`${part}\n${tableOf(rows)}\n`);
  results.push({ part, rows: rows.map((row) => ({ ...row, reached: reaches(row) })) });
}
console.log(JSON.stringify({ machine, results }));
process.exitCode = results.every(({ rows }) => rows.every((row) => row.reached)) ? 0 : 1;

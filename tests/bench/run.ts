import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Bench } from './report.ts';
import { reaches, tableOf } from './report.ts';

/**
 * `npm run bench -- PART…`: prints each part's table, then everything as one line of JSON. A missed floor ends with
 * exit code 1.
 */
const notParts = new Set(['run.ts', 'report.ts', 'timing.ts']);
const parts = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !notParts.has(file))
  .map((file) => file.slice(0, -3));
const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !parts.includes(part));
if (asked.length === 0 || unknown.length > 0) {
  console.error(`usage: npm run bench -- ${parts.join(' | ')}`);
  process.exit(2);
}

const results = [];
for (const part of asked) {
  const { bench } = (await import(`./${part}.ts`)) as { bench: Bench };
  const rows = await bench();
  console.log(`${part}\n${tableOf(rows)}\n`);
  results.push({ part, rows: rows.map((row) => ({ ...row, reached: reaches(row) })) });
}
const machine = { node: process.version, processors: cpus().length, processor: cpus()[0]?.model };
console.log(JSON.stringify({ machine, results }));
process.exitCode = results.every(({ rows }) => rows.every((row) => row.reached)) ? 0 : 1;

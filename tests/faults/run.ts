import { randomInt } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultRun } from './fault-run.ts';
import { textOf } from './report.ts';
import { startFaultSystem } from './system/fault-system.ts';

/**
 * `npm run test:faults -- [--seed S] [--operations N] [--faults F] [--minutes M] [--json FILE] [--keep-logs FOLDER]`. Exit code 1 when
 * anything was violated. The seed is printed; with the same options it plans the same run again.
 */
const number = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${String(text)} is not a positive number.`);
  return value;
};
const option = { type: 'string' } as const;
const { values } = parseArgs({
  options: { seed: option, operations: option, faults: option, minutes: option, json: option, 'keep-logs': option },
});
const operations = number(values.operations, 1_000);
const options = {
  seed: number(values.seed, randomInt(1, 1_000_000)),
  operations,
  faults: number(values.faults, Math.ceil(operations / 45)),
  minutes: number(values.minutes, operations / 250),
};
const say = (line: string) => console.log(line);
/** Of a process that ended its log says why; here, who and when is enough. */
const sayBriefly = (line: string) => say(line.split('\n')[0] ?? '');

say(
  `seed ${options.seed}, ${options.operations} operations and ${options.faults} faults over ${options.minutes} minutes`,
);
const system = await startFaultSystem({ report: sayBriefly, cutsLinks: true });
const interrupt = () => void system.stop().finally(() => process.exit(130));
process.once('SIGINT', interrupt);
process.once('SIGTERM', interrupt);
// An error that nobody waited for must not leave servers and a mounted disk behind.
process.once('uncaughtException', (error) => {
  console.error(error);
  interrupt();
});
try {
  const report = await faultRun(system, options, sayBriefly);
  say(textOf(report));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
} finally {
  if (values['keep-logs']) cpSync(join(system.stateDir, 'logs'), values['keep-logs'], { recursive: true });
  await system.stop();
}

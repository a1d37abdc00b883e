import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '#runtime/embedded/binaries.ts';

/** Checks .github/workflows with actionlint, which is fetched or built once. */
const program = await findProgram('actionlint', { report: (line) => process.stdout.write(`${line}\n`) });
// Without the checkers of shell and Python that a machine happens to have: the answer is the same everywhere.
const { status } = spawnSync(program, ['-no-color', '-shellcheck=', '-pyflakes='], {
  cwd: join(import.meta.dirname, '..', '..'),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

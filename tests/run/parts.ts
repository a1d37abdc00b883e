import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { composeAtHand, helmAtHand, promtoolAtHand, type Tool } from '../deploy/tools.ts';
import { processEnvironment } from '#runtime/config.ts';
import { programAtHand } from '#runtime/embedded/binaries.ts';
import { onPath } from '#runtime/embedded/server-user.ts';
import { type Counts, countCheck, countPlaywright, countVitest } from './results.ts';

const root = join(import.meta.dirname, '..', '..');

/** One thing that `npm test` does, as a child process. */
export type Part = {
  name: string;
  /** Program in node_modules/.bin, and its arguments. */
  command: readonly string[];
  /** Why it is left out now, if it is. */
  leftOut?: string;
  /** Needs the machine for itself: it starts servers, or measures times. */
  alone?: true;
  /** @param reportFile where `{report}` in the command led to */
  count(exitCode: number, reportFile: string): Counts;
};

const rooms = ['domain', 'contract', 'db', 'integrations', 'workflows', 'activities', 'api', 'web', 'runtime', 'tests'];

function check(name: string, ...command: string[]): Part {
  return { name, command, count: (exitCode) => countCheck(exitCode) };
}

function vitest(name: string, project: string, folder?: string): Part {
  const where = folder === undefined ? [] : [folder];
  const command = ['vitest', 'run', '--project', project, ...where, '--reporter=default', '--reporter=json'];
  return {
    name,
    command: [...command, '--outputFile.json={report}'],
    count: (exitCode, reportFile) => countVitest(reportFile, exitCode),
    ...(folder !== undefined && { alone: true }),
    ...(folder !== undefined && !hasFiles(folder, '.test.ts') && { leftOut: `there are no tests in ${folder}` }),
  };
}

/** What is deployed, where the tool that reads it is at hand. */
function deployed(name: string, tool: Tool): Part {
  const part = vitest(name, 'deploy');
  const command = part.command.toSpliced(4, 0, `tests/deploy/${name}.test.ts`);
  return { ...part, command, ...('absent' in tool && { leftOut: tool.absent }) };
}

/** The long ones first, so that two at a time end at about the same moment. */
export function allParts(): Part[] {
  return [
    check('lint', 'eslint', '.', '--max-warnings', '0'),
    check('types', 'tsc', '--project', 'tsconfig.json'),
    // What runs in a page knows the DOM; nothing else may.
    check('browser-types', 'tsc', '--project', 'tests/browser/tsconfig.json'),
    vitest('unit', 'unit'),
    {
      ...check(
        'web-types',
        'svelte-check',
        '--workspace',
        'web',
        '--tsconfig',
        './tsconfig.json',
        '--fail-on-warnings',
      ),
      ...(!hasFiles('web', '.svelte') && { leftOut: 'there are no pages in web' }),
    },
    check('format', 'prettier', '--check', '--log-level', 'warn', '.'),
    check('imports', 'depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...rooms),
    check('unused', 'knip', '--no-progress'),
    deployed('compose', composeAtHand()),
    deployed('helm', helmAtHand()),
    deployed('alerts', promtoolAtHand()),
    deployed('dashboard', { program: process.execPath }),
    deployed('image', { program: process.execPath }),
    {
      ...check('ci-workflows', '../../tests/run/actionlint.ts'),
      ...(!hasActionlint() && { leftOut: 'actionlint is not at hand, and there is no Go to build it with' }),
    },
    vitest('integration', 'integration', 'tests/integration'),
    vitest('workflows', 'integration', 'tests/workflows'),
    vitest('faults', 'faults', 'tests/faults'),
    {
      name: 'browser',
      command: ['playwright', 'test', '--config', 'tests/browser/playwright.config.ts', '--reporter=list,json'],
      alone: true,
      count: (exitCode, reportFile) => countPlaywright(reportFile, exitCode),
      ...(!hasFiles('tests/browser', '.spec.ts') && { leftOut: 'there are no tests in tests/browser' }),
    },
  ];
}

function hasActionlint(): boolean {
  return (
    programAtHand('actionlint') !== undefined ||
    onPath('go', `${processEnvironment()['PATH'] ?? ''}:/usr/local/go/bin`) !== undefined
  );
}

function hasFiles(folder: string, ending: string): boolean {
  const path = join(root, folder);
  if (!existsSync(path)) return false;
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith(ending));
}

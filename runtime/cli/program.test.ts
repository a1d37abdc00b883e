import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkNames } from '../doctor/doctor.ts';
import { buildProgram } from './program.ts';

const operations = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
/** What stands in code type in the first column of the table under this heading. */
function listedUnder(heading: string): string[] {
  const section = operations.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name));
}

const commands = buildProgram().commands;

test('docs/operations.md lists every command, and every check of the doctor', () => {
  expect(listedUnder('The command line').toSorted()).toEqual(commands.map((command) => command.name()).toSorted());
  expect(listedUnder('Doctor').toSorted()).toEqual(checkNames.toSorted());
});

test('each command says what it is for, and takes --json', () => {
  for (const command of commands) {
    expect(command.summary(), command.name()).not.toBe('');
    expect(
      command.options.map(({ long }) => long),
      command.name(),
    ).toContain('--json');
  }
});

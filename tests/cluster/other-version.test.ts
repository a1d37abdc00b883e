import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { changedFiles, PATCH } from './other-version.ts';

/** The rehearsal takes minutes and a server of its own, and is run seldom: that there is something to roll out is known earlier. */

const root = join(import.meta.dirname, '..', '..');
const linesOf = (text: string) => text.split('\n').length;

test('the version that the rehearsal rolls out can still be made of this one', () => {
  const files = Object.entries(changedFiles());
  expect(files.map(([path]) => path)).toEqual([
    'workflows/booking/workflow.ts',
    'workflows/booking/effects.ts',
    'activities/worker.ts',
  ]);
  const added = files.map(([path, text]) => linesOf(text) - linesOf(readFileSync(join(root, path), 'utf8')));
  expect(added).toEqual([2, 1, 1]);
  expect(files[0]?.[1]).toContain(`isOfNextVersion('${PATCH}')`);
});

test(
  'what it adds is right by its types: a name that is no longer there fails each of its steps',
  { timeout: 120_000 },
  () => {
    expect(complaints(changedFiles())).toEqual([]);
    const broken = changedFiles();
    broken['activities/worker.ts'] = (broken['activities/worker.ts'] ?? '').replace(
      '=> afterChange(parts',
      '=> gone(parts',
    );
    expect(complaints(broken)).toEqual(["Cannot find name 'gone'."]);
  },
);

/** The compiler's, about the changed files among all others as they are. */
function complaints(changed: Readonly<Record<string, string>>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  options.incremental = false;
  delete options.tsBuildInfoFile;
  const host = ts.createCompilerHost(options);
  const texts = new Map(Object.entries(changed).map(([path, text]) => [join(root, path), text]));
  const { readFile } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((path) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

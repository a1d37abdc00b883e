import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const written = readFileSync(join(root, 'deploy', 'observability', 'grafana-dashboard.json'), 'utf8');

/** A slip each, of the kinds that a person makes in such a file, and what is said of it. */
const slips: Record<string, { from: string; to: string; said: RegExp }> = {
  'a kind of panel that there is not': { from: '"type": "stat"', to: '"type": "stats"', said: /"stats"/ },
  'an option that there is not': { from: '"graphMode"', to: '"graphMod"', said: /graphMod/ },
  'a value that an option cannot have': { from: '"background"', to: '"backgroud"', said: /"backgroud"/ },
  'a unit that there is not': { from: '"unit": "percentunit"', to: '"unit": "percentage01"', said: /"percentage01"/ },
  'a query without its expression': { from: '"expr"', to: '"expresion"', said: /expresion/ },
  'a number that is none of the enumeration': { from: '"hide": 0', to: '"hide": 9', said: /'9'/ },
  'a place that is no number': { from: '"w": 24', to: '"w": "24"', said: /'string'.*'number'/ },
};

const file = (name: string): string => join(import.meta.dirname, `${name.replaceAll(' ', '-')}.ts`);
const source = (json: string): string =>
  `import type { GrafanaDashboard } from './grafana-dashboard.ts';\nexport const dashboard: GrafanaDashboard = ${json};\n`;

/** Only text that stands in a program is compared with each field and each enumeration; an imported JSON file is not. */
const sources = new Map([
  [file('as written'), source(written)],
  ...Object.entries(slips).map(([name, { from, to }]) => [file(name), source(written.replace(from, to))] as const),
]);

let program: ts.Program;
beforeAll(() => {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = sources.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2024);
  };
  program = ts.createProgram([...sources.keys()], options, host);
});

function saidOf(name: string): string[] {
  const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(file(name)));
  return diagnostics.map(({ file: at, start = 0, messageText }) => {
    const line = at === undefined ? 0 : at.getLineAndCharacterOfPosition(start).line;
    return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

test('the dashboard is one that Grafana’s published schema allows, to each option of each panel', () => {
  expect(saidOf('as written')).toEqual([]);
});

test.each(Object.entries(slips))('%s would be found', (name, { from, said }) => {
  expect(written).toContain(from);
  expect(saidOf(name).join('\n')).toMatch(said);
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonProgram } from '#tests/python-program.ts';

const run = promisify(execFile);

/** Makes requests from an OpenAPI document and holds the answers to it (MIT). */
export const schemathesis = () => pythonProgram('schemathesis', '4.32.5');

export type Asked = {
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  /** Which operations, as a regular expression on their path. */
  paths: string;
  /** Operations left out, by id. */
  without: readonly string[];
  examplesPerOperation: number;
};

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

/** @returns what it found, as its own report says it; empty when nothing was wrong. */
export async function findContradictions(program: string, asked: Asked): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  const schema = join(directory, 'openapi.json');
  const document = await (await fetch(`${asked.baseUrl}/openapi.json`)).text();
  // Halves of characters cannot be sent as JSON in UTF-8, and its generator does not know their class.
  await writeFile(schema, document.replaceAll('\\\\p{Cs}', ''));
  const options = [
    ...['--checks', checks.join(','), '--phases', 'coverage,fuzzing', '--seed', '20261121'],
    ...['--max-examples', String(asked.examplesPerOperation), '--include-path-regex', asked.paths],
    ...['--continue-on-failure', '--no-shrink', '--workers', '1', '--no-color', '--warnings', 'off'],
    ...['--suppress-health-check', 'all', '--request-timeout', '60', '--url', `${asked.baseUrl}/api/v1`],
    ...Object.entries(asked.headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...asked.without.flatMap((id) => ['--exclude-operation-id', id]),
  ];
  try {
    await run(program, ['run', schema, ...options], { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? ''}` || String(error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { processEnvironment } from '#runtime/config.ts';
import { nodeOptions } from '#runtime/processes.ts';

const root = join(import.meta.dirname, '..', '..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'countersign-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs Node as a container would, with none but the image's files in sight; nothing is set that an operator has to say. */
function run(name: string, ...args: string[]) {
  const record = join(folder, name);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...nodeOptions, '--import', join(import.meta.dirname, 'image-modules.ts'), ...args],
    {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: processEnvironment()['PATH'], NODE_ENV: 'production', MODULES_LOADED: record },
    },
  );
  const files = existsSync(record) ? [...new Set(readFileSync(record, 'utf8').trim().split('\n'))] : [];
  return { status, said: `${stdout}${stderr}`, files };
}

const ran = new Map<string, ReturnType<typeof run>>();
function command(name: string): ReturnType<typeof run> {
  const outcome = ran.get(name) ?? run(name, 'runtime/cli/main.ts', name);
  ran.set(name, outcome);
  return outcome;
}

const packagesOf = (files: readonly string[]): Set<string> =>
  new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? []));

describe('the image', () => {
  test('is made of files that exist, and runs Node as `npm start` does', () => {
    const named = [...dockerfile.matchAll(/\b(?:\/app\/)?(runtime\/[\w/-]+\.ts)\b/g)].map(([, file = '']) => file);
    expect(named).toEqual(
      expect.arrayContaining(['runtime/build.ts', 'runtime/cli/main.ts', 'runtime/healthcheck.ts']),
    );
    const sent = [...readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)].map(
      ([, path = '']) => path,
    );
    const copied = /^COPY (package.json .*) \.\/$/m.exec(dockerfile)?.[1]?.split(' ') ?? [];
    expect(copied.filter((path) => !sent.includes(path))).toEqual([]);
    expect([...named, ...sent].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(dockerfile).toContain(`NODE_OPTIONS="${nodeOptions.join(' ')}"`);
  });

  test('has every module that its commands begin with', () => {
    expect(command('--help')).toMatchObject({ status: 0, said: expect.stringContaining('worker') as string });
    for (const name of ['api', 'worker', 'migrate', 'promote']) {
      const { said, status } = command(name);
      // All there is to complain of is that nothing was set.
      expect(said).toMatch(/MASTER_KEY|DATABASE_URL|TEMPORAL_ADDRESS/);
      expect(said).not.toContain('is not in the image');
      expect(status).not.toBe(0);
    }
  });

  test('has what they load later', () => {
    const begun = new Set([...command('api').files, ...command('worker').files]);
    const later = [...begun].filter((file) => !/^node_modules|^runtime\/cli\//.test(file)).flatMap(importedLater);
    expect(later).toEqual(expect.arrayContaining(['playwright-core', '@sentry/node']));
    const script = later.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
    const { said, status } = run('later', '--input-type=module', '--eval', script);
    expect(`${status} ${said}`).toBe('0 ');
  });

  test('begins its api without what only documents, workflows, traces and error reports need', () => {
    const packages = packagesOf(command('api').files);
    expect(packages).toContain('express');
    const heavy = [
      'playwright-core',
      '@cantoo/pdf-lib',
      '@temporalio/worker',
      '@temporalio/core-bridge',
      'docusign-esign',
    ];
    const onRequest = ['@opentelemetry/sdk-trace', '@opentelemetry/exporter-trace-otlp-http', '@sentry/node'];
    expect([...heavy, ...onRequest].filter((name) => packages.has(name))).toEqual([]);
    expect(packagesOf(command('worker').files)).toContain('@temporalio/worker');
  });
});

/** What a file of ours asks for with `import()`: packages by name, our own files by path. */
function importedLater(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, name = '']) =>
    name.startsWith('.') ? join(root, dirname(file), name) : name,
  );
}

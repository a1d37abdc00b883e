import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chromiumExecutable } from './executable.ts';

describe('the Chromium that npm brings', { timeout: 60_000 }, () => {
  test('is unpacked once for all who ask at the same time, and leaves nothing half-done', async () => {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'chromium-'));
    const asked = await Promise.all([1, 2, 3].map(() => chromiumExecutable({ cacheDirectory })));
    expect(new Set(asked.map(({ executablePath }) => executablePath)).size).toBe(1);
    const left = await readdir(cacheDirectory);
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^chromium-[\d.]+-x64$/);
    await rm(cacheDirectory, { recursive: true });
  });

  test('is given little of the environment: no secret of the product reaches it', async () => {
    const { env } = await chromiumExecutable();
    expect(Object.keys(env).sort()).toEqual(['FONTCONFIG_FILE', 'HOME', 'LANG', 'LD_LIBRARY_PATH', 'PATH', 'TZ']);
  });
});

test('a Chromium of the system is used as it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chromium-'));
  const executablePath = join(directory, 'chromium');
  await writeFile(executablePath, '#!/bin/sh\n');
  await chmod(executablePath, 0o700);
  expect(await chromiumExecutable({ executablePath })).toMatchObject({ executablePath });
  await rm(directory, { recursive: true });
});

import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFileStore } from './file-store.ts';
import { describeObjectStore } from './store.suite.ts';

const freshDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'file-store-'));

describeObjectStore('a folder', async () => {
  const directory = await freshDirectory();
  return {
    store: createFileStore({ directory }),
    reopen: () => createFileStore({ directory }),
    stop: () => rm(directory, { recursive: true }),
  };
});

describe('a folder', () => {
  test('has no half-written or nameless files, and nobody else can read in it', async () => {
    const directory = await freshDirectory();
    const store = createFileStore({ directory });
    await Promise.all([store.put('ab/cd', Buffer.alloc(100_000)), store.put('ab/cd', Buffer.alloc(100_000))]);
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
    expect((await stat(join(directory, 'objects', 'ab', 'cd.bin'))).mode & 0o077).toBe(0);
    expect((await stat(join(directory, 'objects'))).mode & 0o077).toBe(0);
    await rm(directory, { recursive: true });
  });

  test('that cannot be written to is not ready', async () => {
    const directory = await freshDirectory();
    await writeFile(join(directory, 'file'), '');
    await expect(createFileStore({ directory: join(directory, 'file') }).check()).rejects.toThrow();
    await rm(directory, { recursive: true });
  });
});

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFileStore } from '#integrations/storage/file-store.ts';
import type { ObjectStore } from '#integrations/storage/store.ts';
import { putBack } from './objects.ts';

let directory: string;
let store: ObjectStore;
const bytes = new Uint8Array(randomBytes(5_000));
const key = 'ab/cd';
const path = () => join(directory, 'objects', `${key}.bin`);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'put-back-'));
  store = createFileStore({ directory });
});
afterAll(() => rm(directory, { recursive: true }));

test('puts a document where none is, and leaves one that is whole', async () => {
  await putBack(store, key, bytes);
  expect(Buffer.compare(await store.get(key), bytes)).toBe(0);
  await putBack({ ...store, delete: () => Promise.reject(new Error('It was whole.')) }, key, bytes);
});

test.each([
  ['was cut short', () => writeFile(path(), bytes.subarray(0, 100))],
  ['holds something else', () => writeFile(path(), randomBytes(5_000))],
  ['is empty', () => writeFile(path(), '')],
])('a document that %s is there again as it was', async (_damage, damage) => {
  await mkdir(dirname(path()), { recursive: true });
  await damage();
  await putBack(store, key, bytes);
  expect(Buffer.compare(await readFile(path()), bytes)).toBe(0);
});

test('a document that cannot be read is put anew', async () => {
  let isReadable = false;
  const failing: ObjectStore = {
    ...store,
    get: (asked) => (isReadable ? store.get(asked) : Promise.reject(new Error('Input/output error'))),
    delete: async (asked) => {
      await store.delete(asked);
      isReadable = true;
    },
  };
  await putBack(failing, key, bytes);
  expect(Buffer.compare(await store.get(key), bytes)).toBe(0);
});

test('a store that does not give back what it was given fails, in place of being believed', async () => {
  const forgetful: ObjectStore = { ...store, get: () => Promise.resolve(new Uint8Array(1)) };
  await expect(putBack(forgetful, key, bytes)).rejects.toThrow(/does not give back the document ab\/cd/);
});

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFileStore } from './file-store.ts';
import { SealBroken } from './sealed.ts';
import type { MasterKey } from './sealed.ts';
import { ObjectNotFound } from './store.ts';
import { createDocumentVault } from './vault.ts';

const masterKey = (id: string): MasterKey => ({ id, key: new Uint8Array(randomBytes(32)) });
const old = masterKey('old');
const plain = Buffer.from('%PDF-1.7 an agreement');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vault-'));
});
afterAll(() => rm(directory, { recursive: true }));

const vaultWith = (...masterKeys: [MasterKey, ...MasterKey[]]) =>
  createDocumentVault({ store: createFileStore({ directory }), masterKeys });

test('reads what it saved, by the record alone', async () => {
  const stored = await vaultWith(old).save(plain, 'org/doc');
  expect(stored).toMatchObject({ byteLength: plain.length, keyId: 'old' });
  expect(stored.storageKey).toMatch(new RegExp(`^${stored.sha256.slice(0, 2)}/${stored.sha256}/[0-9a-f]{24}$`));
  expect(Buffer.from(await vaultWith(old).read(stored, 'org/doc')).equals(plain)).toBe(true);
});

test('each repeat of a save is whole: both records read, and discarding one leaves the other', async () => {
  const vault = vaultWith(old);
  const [first, second] = await Promise.all([vault.save(plain, 'org/doc'), vault.save(plain, 'org/doc')]);
  expect(first.sha256).toBe(second.sha256);
  await vault.discard(first);
  await vault.discard(first);
  await expect(vault.read(first, 'org/doc')).rejects.toThrow(ObjectNotFound);
  expect(Buffer.from(await vault.read(second, 'org/doc')).equals(plain)).toBe(true);
});

test('refuses a file that was changed on the disk, and a record of another document', async () => {
  const vault = vaultWith(old);
  const stored = await vault.save(plain, 'org/doc');
  await expect(vault.read(stored, 'org/other')).rejects.toThrow(SealBroken);
  await expect(vault.read({ ...stored, sha256: 'f'.repeat(64) }, 'org/doc')).rejects.toThrow(SealBroken);
  const path = join(directory, 'objects', `${stored.storageKey}.bin`);
  const bytes = await readFile(path);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await expect(vault.read(stored, 'org/doc')).rejects.toThrow(SealBroken);
});

test('rotation rewraps the record and leaves the object as it is', async () => {
  const recent = masterKey('recent');
  const stored = await vaultWith(old).save(plain, 'org/doc');
  const path = join(directory, 'objects', `${stored.storageKey}.bin`);
  const before = await readFile(path);
  const rotated = { ...stored, ...vaultWith(recent, old).rewrap(stored) };
  expect(Buffer.compare(await readFile(path), before)).toBe(0);
  expect(Buffer.from(await vaultWith(recent).read(rotated, 'org/doc')).equals(plain)).toBe(true);
});

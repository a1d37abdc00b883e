import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ObjectNotFound } from './store.ts';
import type { ObjectStore } from './store.ts';

export type StoreUnderTest = {
  store: ObjectStore;
  /** The same place, opened anew: as another process would. */
  reopen(): ObjectStore;
  stop(): Promise<void>;
};

/** What every store keeps. `start` brings up an empty one. */
export function describeObjectStore(name: string, start: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an object store`, () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    const freshKey = (): string => `ab/${randomBytes(16).toString('hex')}`;

    beforeAll(async () => {
      under = await start();
      store = under.store;
    }, 300_000);
    afterAll(() => under?.stop());

    test.each([0, 1, 70_000, 6_000_000])('gives back %i bytes as they were', async (length) => {
      const key = freshKey();
      const bytes = new Uint8Array(randomBytes(length));
      await store.put(key, bytes);
      expect(Buffer.compare(await store.get(key), bytes)).toBe(0);
    });

    test('keeps the first bytes of a key, and says so to nobody', async () => {
      const key = freshKey();
      await store.put(key, Buffer.from('first'));
      await store.put(key, Buffer.from('second'));
      expect(Buffer.from(await store.get(key)).toString()).toBe('first');
    });

    test('of many writers at once one wins, and all of them succeed', async () => {
      const key = freshKey();
      const writers = Array.from({ length: 8 }, (_, index) => Buffer.alloc(50_000, index + 1));
      await Promise.all(writers.map((bytes) => store.put(key, bytes)));
      const kept = Buffer.from(await store.get(key));
      expect(writers.some((bytes) => bytes.equals(kept))).toBe(true);
    });

    test('says that a key is not there', async () => {
      await expect(store.get(freshKey())).rejects.toThrow(ObjectNotFound);
    });

    test('deletes, also what is not there; a deleted key can be stored again', async () => {
      const key = freshKey();
      await store.delete(key);
      await store.put(key, Buffer.from('first'));
      await store.delete(key);
      await expect(store.get(key)).rejects.toThrow(ObjectNotFound);
      await store.put(key, Buffer.from('second'));
      expect(Buffer.from(await store.get(key)).toString()).toBe('second');
    });

    test('keeps what it was given when it is opened anew', async () => {
      const key = freshKey();
      await store.put(key, Buffer.from('kept'));
      const other = under.reopen();
      expect(Buffer.from(await other.get(key)).toString()).toBe('kept');
      await other.close();
    });

    test.each(['', '../ab', 'ab/../cd', '/ab', 'ab/', 'AB', 'a b', 'ab//cd', 'ab\0', 'ab'.repeat(300)])(
      'refuses %j, which is no key',
      async (key) => {
        await expect(store.put(key, new Uint8Array(1))).rejects.toThrow(TypeError);
        await expect(store.get(key)).rejects.toThrow(TypeError);
        await expect(store.delete(key)).rejects.toThrow(TypeError);
      },
    );

    test('is ready', async () => {
      await store.check();
    });
  });
}

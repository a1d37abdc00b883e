import type { ObjectStore } from '#integrations/storage/store.ts';

/**
 * Puts a document's bytes in place, and looks whether they are what is there then. A store keeps what a key holds already, which after a
 * loss may be a file that was cut short, overwritten or cannot be read: that makes room. A key is given once, for bytes that never change, so
 * what differs from the backup was nobody's document any more.
 * @throws when the store does not give back what it was given
 */
export async function putBack(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  await store.put(key, bytes);
  if (await holds(store, key, bytes)) return;
  await store.delete(key);
  await store.put(key, bytes);
  if (!(await holds(store, key, bytes)))
    throw new Error(`The store does not give back the document ${key} as it was put.`);
}

/** Whatever keeps it from being read, it cannot be read: a store that is away says so when something is put. */
async function holds(store: ObjectStore, key: string, bytes: Uint8Array): Promise<boolean> {
  const found = await store.get(key).catch(() => null);
  return found !== null && Buffer.compare(found, bytes) === 0;
}

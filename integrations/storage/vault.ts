import { randomBytes } from 'node:crypto';
import { openBytes, rewrapKey, SealBroken, sealBytes, sha256Hex } from './sealed.ts';
import type { MasterKeys, WrappedKey } from './sealed.ts';
import type { ObjectStore } from './store.ts';

/** What the database keeps of a stored document: all that it takes, with the master key, to read it. */
export type StoredDocument = WrappedKey & {
  /** Of the document itself, lower-case hex. */
  sha256: string;
  storageKey: string;
  /** Of the document itself. */
  byteLength: number;
};

export type DocumentVault = {
  /**
   * Encrypts under a key of its own and stores. Each call makes an object of its own: the database row decides which one is the
   * document, and the loser of a race `discard`s its own. An object whose row was never written cannot be read by anybody, since
   * its key was in that row only.
   * @param context what the document belongs to, for instance `<organization id>/<document id>`; needed again to read.
   */
  save(plain: Uint8Array, context: string): Promise<StoredDocument>;
  /** @throws ObjectNotFound, SealBroken (also when the SHA-256 differs), MasterKeyUnknown */
  read(stored: Omit<StoredDocument, 'byteLength'>, context: string): Promise<Uint8Array>;
  /** For rotation: the record's key under the newest master key; the object is not touched. */
  rewrap(wrapped: WrappedKey): WrappedKey;
  /** Gone for good, also for whoever kept the record. Succeeds when it is gone already. */
  discard(stored: Pick<StoredDocument, 'storageKey'>): Promise<void>;
};

const OBJECT_ID_BYTES = 12;

export function createDocumentVault(options: { store: ObjectStore; masterKeys: MasterKeys }): DocumentVault {
  const { store, masterKeys } = options;

  const save = async (plain: Uint8Array, context: string): Promise<StoredDocument> => {
    const { ciphertext, wrappedKey, keyId, sha256 } = sealBytes(plain, masterKeys, context);
    const objectId = randomBytes(OBJECT_ID_BYTES).toString('hex');
    const storageKey = `${sha256.slice(0, 2)}/${sha256}/${objectId}`;
    await store.put(storageKey, ciphertext);
    return { sha256, storageKey, wrappedKey, keyId, byteLength: plain.length };
  };

  const read = async (stored: Omit<StoredDocument, 'byteLength'>, context: string): Promise<Uint8Array> => {
    const ciphertext = await store.get(stored.storageKey);
    const plain = openBytes({ ...stored, ciphertext }, masterKeys, context);
    if (sha256Hex(plain) !== stored.sha256)
      throw new SealBroken('The document is not the one on record: its SHA-256 differs');
    return plain;
  };

  return {
    save,
    read,
    rewrap: (wrapped) => rewrapKey(wrapped, masterKeys),
    discard: ({ storageKey }) => store.delete(storageKey),
  };
}

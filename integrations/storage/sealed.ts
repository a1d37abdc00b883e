import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** 32 bytes. The id is written beside what the key wrapped, so that it is found again after a rotation. */
export type MasterKey = { id: string; key: Uint8Array };
/** The first one wraps; the others still open what they wrapped. To rotate: put a new one first, rewrap, drop the old one. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];

/** A document's own key under a master key, base64url. Kept in the database, never with the content. */
export type WrappedKey = { wrappedKey: string; keyId: string };

export type SealedBytes = WrappedKey & {
  ciphertext: Uint8Array;
  /** Of the plain bytes, lower-case hex. */
  sha256: string;
};

/** The bytes, their key or their context are not what was sealed. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export class MasterKeyUnknown extends Error {
  override readonly name = 'MasterKeyUnknown';
  constructor(keyId: string) {
    super(`The document's key is wrapped by the master key "${keyId}", which is not configured`);
  }
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

/**
 * AES-256-GCM (NIST SP 800-38D) under a fresh random key, so that a nonce can never meet the same key twice.
 * @param context what the bytes belong to (organization, document): whoever opens them must say the same.
 */
export function sealBytes(plain: Uint8Array, masterKeys: MasterKeys, context: string): SealedBytes {
  const dataKey = randomBytes(KEY_BYTES);
  const ciphertext = encrypt(plain, dataKey, contentContext(context));
  return { ciphertext, ...wrap(dataKey, masterKeys[0]), sha256: sha256Hex(plain) };
}

/** @throws SealBroken, MasterKeyUnknown */
export function openBytes(
  sealed: WrappedKey & { ciphertext: Uint8Array },
  masterKeys: MasterKeys,
  context: string,
): Uint8Array {
  return decrypt(sealed.ciphertext, unwrap(sealed, masterKeys), contentContext(context));
}

/**
 * The same data key under the newest master key; the content stays as it is. Unchanged when it is under that one already.
 * @throws SealBroken, MasterKeyUnknown
 */
export function rewrapKey(wrapped: WrappedKey, masterKeys: MasterKeys): WrappedKey {
  const { wrappedKey, keyId } = wrapped;
  return keyId === masterKeys[0].id ? { wrappedKey, keyId } : wrap(unwrap(wrapped, masterKeys), masterKeys[0]);
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function wrap(dataKey: Uint8Array, master: MasterKey): WrappedKey {
  const wrapped = encrypt(dataKey, checkedKey(master), keyContext(master.id));
  return { wrappedKey: Buffer.from(wrapped).toString('base64url'), keyId: master.id };
}

function unwrap({ wrappedKey, keyId }: WrappedKey, masterKeys: MasterKeys): Uint8Array {
  const master = masterKeys.find((candidate) => candidate.id === keyId);
  if (master === undefined) throw new MasterKeyUnknown(keyId);
  return decrypt(Buffer.from(wrappedKey, 'base64url'), checkedKey(master), keyContext(keyId));
}

function checkedKey({ id, key }: MasterKey): Uint8Array {
  if (key.length !== KEY_BYTES) throw new TypeError(`The master key "${id}" has ${key.length} bytes, not ${KEY_BYTES}`);
  return key;
}

/** Different words for content and for keys: one can never be taken for the other. */
const contentContext = (context: string): Buffer => Buffer.from(`countersign content ${FORMAT}\n${context}`);
const keyContext = (keyId: string): Buffer => Buffer.from(`countersign data key ${FORMAT}\n${keyId}`);

/** Format byte, nonce, ciphertext, tag. */
function encrypt(plain: Uint8Array, key: Uint8Array, context: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(context);
  return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Uint8Array, key: Uint8Array, context: Uint8Array): Uint8Array {
  const contentStart = 1 + NONCE_BYTES;
  const tagStart = sealed.length - TAG_BYTES;
  if (tagStart < contentStart || sealed[0] !== FORMAT) throw new SealBroken('These are not sealed bytes');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(1, contentStart), { authTagLength: TAG_BYTES });
  decipher.setAAD(context).setAuthTag(sealed.subarray(tagStart));
  const plain = decipher.update(sealed.subarray(contentStart, tagStart));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    throw new SealBroken('The bytes, their key or their context were changed since they were sealed');
  }
}

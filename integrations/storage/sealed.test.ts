import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { MasterKeyUnknown, openBytes, rewrapKey, SealBroken, sealBytes, sha256Hex } from './sealed.ts';
import type { MasterKey } from './sealed.ts';

const masterKey = (id: string): MasterKey => ({ id, key: new Uint8Array(randomBytes(32)) });
const old = masterKey('2026-01');
const plain = Buffer.from('This agreement is made between '.repeat(50));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('opens what was sealed, and nothing of it can be read before', () => {
  const sealed = sealBytes(plain, [old], 'org/doc');
  expect(text(openBytes(sealed, [old], 'org/doc'))).toBe(text(plain));
  expect(sealed.sha256).toBe(sha256Hex(plain));
  expect(Buffer.from(sealed.ciphertext).includes('agreement')).toBe(false);
});

test('seals the same bytes differently each time', () => {
  const [first, second] = [sealBytes(plain, [old], 'org/doc'), sealBytes(plain, [old], 'org/doc')];
  expect(Buffer.compare(first.ciphertext, second.ciphertext)).not.toBe(0);
  expect(first.wrappedKey).not.toBe(second.wrappedKey);
});

test('refuses when any byte was flipped, or the end is missing', () => {
  const sealed = sealBytes(Buffer.from('a short text'), [old], 'org/doc');
  for (let index = 0; index < sealed.ciphertext.length; index += 1) {
    const flipped = Uint8Array.from(sealed.ciphertext);
    flipped[index] = (flipped[index] ?? 0) ^ 1;
    expect(() => openBytes({ ...sealed, ciphertext: flipped }, [old], 'org/doc')).toThrow(SealBroken);
    const cut = sealed.ciphertext.subarray(0, index);
    expect(() => openBytes({ ...sealed, ciphertext: cut }, [old], 'org/doc')).toThrow(SealBroken);
  }
});

test('refuses a flipped bit anywhere in the wrapped key', () => {
  const sealed = sealBytes(plain, [old], 'org/doc');
  const wrapped = Buffer.from(sealed.wrappedKey, 'base64url');
  for (let index = 0; index < wrapped.length; index += 1) {
    const flipped = Buffer.from(wrapped);
    flipped[index] = (flipped[index] ?? 0) ^ 1;
    const wrappedKey = flipped.toString('base64url');
    expect(() => openBytes({ ...sealed, wrappedKey }, [old], 'org/doc')).toThrow(SealBroken);
  }
});

test('refuses the bytes of one document in the place of another', () => {
  expect(() => openBytes(sealBytes(plain, [old], 'org/doc'), [old], 'org/other')).toThrow(SealBroken);
});

test('after a rotation opens with either key, and after rewrapping without the old one', () => {
  const recent = masterKey('2026-07');
  const sealed = sealBytes(plain, [old], 'org/doc');
  expect(text(openBytes(sealed, [recent, old], 'org/doc'))).toBe(text(plain));

  const rewrapped = { ...sealed, ...rewrapKey(sealed, [recent, old]) };
  expect(rewrapped.keyId).toBe('2026-07');
  expect(text(openBytes(rewrapped, [recent], 'org/doc'))).toBe(text(plain));
  expect(() => openBytes(sealed, [recent], 'org/doc')).toThrow(MasterKeyUnknown);
});

test('rewrapping what is under the newest key changes nothing', () => {
  const sealed = sealBytes(plain, [old], 'org/doc');
  expect(rewrapKey(sealed, [old])).toEqual({ wrappedKey: sealed.wrappedKey, keyId: old.id });
});

test('another key under the same id is refused, not believed', () => {
  expect(() => openBytes(sealBytes(plain, [old], 'org/doc'), [masterKey(old.id)], 'org/doc')).toThrow(SealBroken);
});

test('a master key of the wrong length is a mistake of configuration', () => {
  expect(() => sealBytes(plain, [{ id: 'short', key: new Uint8Array(16) }], 'org/doc')).toThrow(TypeError);
});

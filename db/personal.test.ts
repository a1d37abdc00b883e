import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPersonalCipher } from './personal.ts';

const older = { id: 'k1', key: randomBytes(32) };
const newer = { id: 'k2', key: randomBytes(32) };
const cipher = createPersonalCipher([older]);

describe('a sealed value', () => {
  it('opens to what was sealed, in any script, and is never the same twice', () => {
    for (const text of ['', 'Grace', 'Ślązak 王小明 🖋', 'x'.repeat(10_000)]) {
      const sealed = cipher.seal(text, 'booking.guest_name');
      expect(cipher.open(sealed, 'booking.guest_name')).toBe(text);
      expect(cipher.seal(text, 'booking.guest_name').equals(sealed)).toBe(false);
    }
    const bytes = randomBytes(100);
    expect(cipher.openBytes(cipher.sealBytes(bytes, 'c'), 'c').equals(bytes)).toBe(true);
  });

  it('shows nothing of its text', () => {
    expect(cipher.seal('Grace Hopper', 'c').toString('latin1')).not.toContain('Grace');
  });

  it('does not open after any byte of it was changed', () => {
    const sealed = cipher.seal('Grace', 'c');
    for (let index = 0; index < sealed.length; index += 1) {
      const tampered = Buffer.from(sealed);
      tampered[index] = (tampered[index] ?? 0) ^ 1;
      expect(() => cipher.open(tampered, 'c'), `byte ${index}`).toThrow();
    }
  });

  it('does not open in another place, cut short, or without its key', () => {
    const sealed = cipher.seal('Grace', 'booking.guest_name');
    expect(() => cipher.open(sealed, 'booking.guest_email')).toThrow();
    expect(() => cipher.open(sealed.subarray(0, -1), 'booking.guest_name')).toThrow();
    expect(() => cipher.open(sealed.subarray(0, 10), 'booking.guest_name')).toThrow();
    expect(() => createPersonalCipher([newer]).open(sealed, 'booking.guest_name')).toThrow(/k1/);
    const namesake = createPersonalCipher([{ id: 'k1', key: randomBytes(32) }]);
    expect(() => namesake.open(sealed, 'booking.guest_name')).toThrow();
  });
});

describe('rotation', () => {
  const rotated = createPersonalCipher([newer, older]);

  it('opens what the older key sealed, seals with the newest, and says which values are stale', () => {
    const before = cipher.seal('Grace', 'c');
    const after = rotated.seal('Grace', 'c');
    expect(rotated.open(before, 'c')).toBe('Grace');
    const isStale = (sealed: Buffer) => !sealed.subarray(0, rotated.prefix.length).equals(rotated.prefix);
    expect([isStale(before), isStale(after)]).toEqual([true, false]);
    expect(createPersonalCipher([newer]).open(after, 'c')).toBe('Grace');
  });

  it('keeps every guest’s link and what can be searched', () => {
    expect(rotated.guestToken('b1')).toBe(cipher.guestToken('b1'));
    expect(rotated.searchWords('o1', 'Grace')).toEqual([
      ...createPersonalCipher([newer]).searchWords('o1', 'Grace'),
      ...cipher.searchWords('o1', 'Grace'),
    ]);
    expect(rotated.searchTokens('o1', ['Grace'])).toEqual(createPersonalCipher([newer]).searchTokens('o1', ['Grace']));
  });

  it('knows beforehand which link a booking has once the older key is gone', () => {
    const alone = createPersonalCipher([newer]);
    expect(rotated.furtherGuestTokens('b1')).toEqual([{ keyId: 'k2', token: alone.guestToken('b1') }]);
    expect(alone.furtherGuestTokens('b1')).toEqual([]);
  });

  it('is refused with a key of another length, or with none', () => {
    expect(() => createPersonalCipher([{ id: 'k', key: randomBytes(16) }])).toThrow(/32 bytes/);
    expect(() => createPersonalCipher([])).toThrow(/master key/);
  });
});

describe('search', () => {
  const stored = new Set(cipher.searchTokens('o1', ['Grâce Müller-Hopper', 'grace.h@example.net']));
  const finds = (query: string, organizationId = 'o1') => {
    const [words = []] = cipher.searchWords(organizationId, query);
    return words.length > 0 && words.every((word) => stored.has(word));
  };

  it('finds by the beginnings of words, in any order, whatever the case and accents', () => {
    for (const query of ['Grace', 'gr', 'HOPPER', 'mul', 'hopper grace', 'grâ', 'example.net', 'grace.h@example.net'])
      expect(finds(query), query).toBe(true);
    for (const query of ['opper', 'gracex', 'bob', 'grace bob', '  ', '%']) expect(finds(query), query).toBe(false);
  });

  it('finds nothing of one organization in another, and stores no word', () => {
    expect(finds('grace', 'o2')).toBe(false);
    expect([...stored].join(' ')).not.toMatch(/grace|hopper/i);
  });

  it('finds words longer than what is stored of them', () => {
    const long = 'Donaudampfschifffahrtsgesellschaft';
    expect(cipher.searchTokens('o1', [long])).toContain(cipher.searchWords('o1', long)[0]?.[0]);
  });
});

describe('a guest’s link', () => {
  it('has 256 bits, is the same each time, and another for each booking and installation', () => {
    const token = cipher.guestToken('b1');
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(cipher.guestToken('b1')).toBe(token);
    expect(cipher.guestToken('b2')).not.toBe(token);
    expect(createPersonalCipher([newer]).guestToken('b1')).not.toBe(token);
  });
});

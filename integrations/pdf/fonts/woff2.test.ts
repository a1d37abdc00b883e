import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { woff2CodePoints } from './woff2.ts';

const fontFile = (path: string): Uint8Array => readFileSync(createRequire(import.meta.url).resolve(path));

test('reads which characters a font has', () => {
  const latin = woff2CodePoints(fontFile('@fontsource/source-serif-4/files/source-serif-4-latin-400-normal.woff2'));
  expect(['A', 'é', '§', '€', '“'].map((character) => latin.has(character.codePointAt(0) ?? 0))).not.toContain(false);
  expect(latin.has('Ж'.codePointAt(0) ?? 0)).toBe(false);
});

test('reads characters beyond the basic plane', () => {
  const emoji = woff2CodePoints(fontFile('@fontsource/noto-emoji/files/noto-emoji-emoji-400-normal.woff2'));
  expect(emoji.has(0x1f600)).toBe(true);
});

test('refuses what is no font', () => {
  expect(() => woff2CodePoints(Buffer.alloc(100))).toThrow('Not a WOFF2 font');
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { woff2CodePoints } from './woff2.ts';

/** One font file of a family: a script or a slice of one. `ranges` is what the family says the file is for, in CSS syntax. */
export type FontFace = {
  ranges: string;
  claims(codePoint: number): boolean;
  /** Whether the file has a glyph: ranges promise more than files hold. Reads the file once. */
  has(codePoint: number): boolean;
  /** Where a document asks for it: see `fontAt`. */
  url: string;
  bytes(): Uint8Array;
};

export type FontStyle = 'normal' | 'italic';
const require = createRequire(import.meta.url);
const loaded = new Map<string, FontFace[]>();
const byUrl = new Map<string, FontFace>();

/**
 * The font that a document asks for; null: there is none at this address. The name ends in `.invalid` (RFC 2606): whoever does not ask here
 * finds nothing. By address and not inline, as a browser that has had a font does not read it again for the next document.
 */
export function fontAt(url: string): Uint8Array | null {
  return byUrl.get(url)?.bytes() ?? null;
}

/** The faces of a Fontsource package at one weight and style, most specific script last, as the package orders them. */
export function fontFaces(packageName: string, weight: number, style: FontStyle): FontFace[] {
  const key = `${packageName} ${weight} ${style}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const directory = dirname(require.resolve(`${packageName}/package.json`));
  const ranges = JSON.parse(readFileSync(join(directory, 'unicode.json'), 'utf8')) as Record<string, string>;
  const family = packageName.slice(packageName.lastIndexOf('/') + 1);
  const faces = Object.entries(ranges).map(([subset, range]) => {
    const slice = subset.replace(/[[\]]/g, '');
    return fontFace(join(directory, 'files', `${family}-${slice}-${weight}-${style}.woff2`), range);
  });
  loaded.set(key, faces);
  return faces;
}

function fontFace(path: string, ranges: string): FontFace {
  const intervals = parseRanges(ranges);
  let bytes: Uint8Array | null = null;
  let codePoints: Set<number> | null = null;
  const read = (): Uint8Array => (bytes ??= readFileSync(path));
  const claims = (codePoint: number): boolean => intervals.some(([from, to]) => codePoint >= from && codePoint <= to);
  const face: FontFace = {
    ranges,
    claims,
    has: (codePoint) => claims(codePoint) && (codePoints ??= woff2CodePoints(read())).has(codePoint),
    url: `https://fonts.invalid/${basename(path)}`,
    bytes: read,
  };
  byUrl.set(face.url, face);
  return face;
}

/** CSS Fonts 4, `unicode-range`: `U+20`, `U+0-FF`. (Fontsource writes no wildcards.) */
function parseRanges(ranges: string): [number, number][] {
  return ranges.split(',').map((range) => {
    const [from = '', to = from] = range.trim().replace(/^U\+/i, '').split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });
}

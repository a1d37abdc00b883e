import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gzipPrefix, gzipWith } from './gzip-prefix.ts';

describe('a text whose beginning was compressed before', () => {
  it('is, unzipped, beginning and end, whatever they are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    fc.assert(
      fc.property(text, text, text, (head, one, other) => {
        const prefix = gzipPrefix(Buffer.from(head));
        expect(gunzipSync(gzipWith(prefix, Buffer.from(one))).toString()).toBe(Buffer.from(head + one).toString());
        expect(gunzipSync(gzipWith(prefix, Buffer.from(other))).toString()).toBe(Buffer.from(head + other).toString());
      }),
    );
  });

  it('is small when its beginning repeats itself', () => {
    const head = '"2026-05-01T09:00:00.000Z",'.repeat(500);
    expect(gzipWith(gzipPrefix(Buffer.from(head)), Buffer.from('"position":1}')).length).toBeLessThan(head.length / 50);
  });

  it('takes no end that is longer than one stored block', () => {
    expect(() => gzipWith(gzipPrefix(Buffer.alloc(0)), Buffer.alloc(65_536))).toThrow('65536');
  });
});

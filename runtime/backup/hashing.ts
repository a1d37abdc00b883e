import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

export type Measured = { bytes: number; sha256: string };

/** Passes bytes on, and knows how many and which they were when they have all gone through. */
export function measuring(): Transform & { measured(): Measured } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  let known: Measured | undefined;
  return Object.assign(stream, { measured: () => (known ??= { bytes, sha256: hash.digest('hex') }) });
}

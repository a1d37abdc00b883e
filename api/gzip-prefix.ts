import { constants, crc32, deflateRawSync } from 'node:zlib';

/** A beginning, deflated once, to which different ends can be added without deflating it again. */
export type GzipPrefix = { bytes: Buffer; crc32: number; byteLength: number };

// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** Of a stored block (RFC 1951, 3.2.4). */
const tailMaxBytes = 65_535;

export function gzipPrefix(plain: Buffer): GzipPrefix {
  // A sync flush ends on a byte boundary, and leaves the stream open for the end.
  const deflated = deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH });
  return { bytes: Buffer.concat([header, deflated]), crc32: crc32(plain), byteLength: plain.length };
}

/** One gzip member (RFC 1952) of the prefix and a short end, which is stored as it is. */
export function gzipWith(prefix: GzipPrefix, plain: Buffer): Buffer {
  if (plain.length > tailMaxBytes) throw new Error(`An end of ${plain.length} bytes does not fit into one block.`);
  const lastBlock = Buffer.alloc(5);
  lastBlock[0] = 1;
  lastBlock.writeUInt16LE(plain.length, 1);
  lastBlock.writeUInt16LE(~plain.length & 0xffff, 3);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(plain, prefix.crc32), 0);
  trailer.writeUInt32LE((prefix.byteLength + plain.length) >>> 0, 4);
  return Buffer.concat([prefix.bytes, lastBlock, plain, trailer]);
}

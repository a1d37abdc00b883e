import { brotliDecompressSync } from 'node:zlib';

/**
 * The code points that a WOFF2 font has a glyph for. Reads the `cmap` table, formats 4 and 12, which web fonts use.
 * Layout: W3C WOFF File Format 2.0, sections 4.1 (UIntBase128), 5.1 (transforms); OpenType `cmap`.
 * @throws on a file that is no WOFF2 font.
 */
export function woff2CodePoints(file: Uint8Array): Set<number> {
  const cmap = cmapTable(file);
  const view = new DataView(cmap.buffer, cmap.byteOffset, cmap.byteLength);
  const codePoints = new Set<number>();
  const subtables = new Set<number>();
  for (let index = 0; index < view.getUint16(2); index += 1) subtables.add(view.getUint32(4 + index * 8 + 4));
  for (const offset of subtables) {
    const format = view.getUint16(offset);
    if (format === 4) readSegments(view, offset, codePoints);
    if (format === 12) readGroups(view, offset, codePoints);
  }
  return codePoints;
}

const HEADER_BYTES = 48;
const CMAP_FLAG = 0;
const GLYF_FLAG = 10;
const LOCA_FLAG = 11;
const ARBITRARY_TAG_FLAG = 63;

/** Tables lie one after the other in one Brotli stream, in the order of the directory. */
function cmapTable(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== 0x774f4632) throw new Error('Not a WOFF2 font');
  const tableCount = view.getUint16(12);
  let position = HEADER_BYTES;
  let streamOffset = 0;
  let found: { start: number; length: number } | null = null;
  const readBase128 = (): number => {
    let value = 0;
    for (let count = 0; count < 5; count += 1) {
      const byte = view.getUint8(position);
      position += 1;
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
    throw new Error('Not a WOFF2 font: a table length is too long');
  };
  for (let index = 0; index < tableCount; index += 1) {
    const flags = view.getUint8(position);
    position += 1;
    const tag = flags & 0x3f;
    if (tag === ARBITRARY_TAG_FLAG) position += 4;
    const originalLength = readBase128();
    const version = flags >> 6;
    const transformed = tag === GLYF_FLAG || tag === LOCA_FLAG ? version !== 3 : version !== 0;
    const length = transformed ? readBase128() : originalLength;
    if (tag === CMAP_FLAG) found = { start: streamOffset, length };
    streamOffset += length;
  }
  if (found === null) throw new Error('The font has no cmap table');
  const tables = brotliDecompressSync(file.subarray(position, position + view.getUint32(20)));
  return tables.subarray(found.start, found.start + found.length);
}

function readSegments(view: DataView, offset: number, codePoints: Set<number>): void {
  const segmentBytes = view.getUint16(offset + 6);
  const ends = offset + 14;
  const starts = ends + segmentBytes + 2;
  const deltas = starts + segmentBytes;
  const rangeOffsets = deltas + segmentBytes;
  for (let at = 0; at < segmentBytes; at += 2) {
    const rangeOffset = view.getUint16(rangeOffsets + at);
    const start = view.getUint16(starts + at);
    for (let codePoint = start; codePoint <= view.getUint16(ends + at) && codePoint !== 0xffff; codePoint += 1) {
      const glyph =
        rangeOffset === 0
          ? (codePoint + view.getUint16(deltas + at)) & 0xffff
          : view.getUint16(rangeOffsets + at + rangeOffset + (codePoint - start) * 2);
      if (glyph !== 0) codePoints.add(codePoint);
    }
  }
}

function readGroups(view: DataView, offset: number, codePoints: Set<number>): void {
  const groupCount = view.getUint32(offset + 12);
  for (let index = 0; index < groupCount; index += 1) {
    const group = offset + 16 + index * 12;
    for (let codePoint = view.getUint32(group); codePoint <= view.getUint32(group + 4); codePoint += 1) {
      codePoints.add(codePoint);
    }
  }
}

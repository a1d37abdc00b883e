import { crc32, inflateSync } from 'node:zlib';

export const markLimits = {
  imageBytes: 512 * 1024,
  sidePx: 4096,
  areaPx: 4_000_000,
  minimumSidePx: 8,
  textCharacters: 120,
} as const;

export type ImageMediaType = 'image/png' | 'image/jpeg';

export type ImageReading =
  | { outcome: 'image'; mediaType: ImageMediaType; widthPx: number; heightPx: number }
  | {
      outcome: 'refused';
      code: 'image_too_large' | 'image_unreadable' | 'image_dimensions_out_of_range';
      message: string;
    };

/**
 * Whether bytes are a PNG or JPEG that can be a signature. A PNG is decoded to its last row; of a JPEG the whole marker structure is
 * walked to its end. A name or media type sent along is never believed.
 */
export const readSignatureImage = (bytes: Uint8Array): ImageReading => {
  if (bytes.length > markLimits.imageBytes) {
    return refuse('image_too_large', `The image has ${bytes.length} bytes, the limit is ${markLimits.imageBytes}.`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = isPng(buffer) ? pngSize(buffer) : jpegSize(buffer);
  if (!size) return refuse('image_unreadable', 'This is not a PNG or JPEG image that can be read.');
  if (size === 'out_of_range') {
    return refuse(
      'image_dimensions_out_of_range',
      `An image must be between ${markLimits.minimumSidePx} and ${markLimits.sidePx} pixels wide and high, ` +
        `and have at most ${markLimits.areaPx} pixels.`,
    );
  }
  return { outcome: 'image', ...size };
};

export type TextReading =
  { outcome: 'text'; text: string } | { outcome: 'refused'; code: 'text_empty' | 'text_too_long'; message: string };

/** A typed signature, on one line, without control or direction-changing characters; at least one letter or number. */
export const readSignatureText = (input: string): TextReading => {
  const text = input
    .normalize('NFC')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(text))
    return { outcome: 'refused', code: 'text_empty', message: 'Type your name to sign.' };
  if ([...text].length > markLimits.textCharacters) {
    const message = `A typed signature has at most ${markLimits.textCharacters} characters.`;
    return { outcome: 'refused', code: 'text_too_long', message };
  }
  return { outcome: 'text', text };
};

type Size = { mediaType: ImageMediaType; widthPx: number; heightPx: number };
type SizeReading = Size | 'out_of_range' | null;

const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const isPng = (buffer: Buffer): boolean => buffer.subarray(0, 8).equals(pngStart);

/** Bits of one pixel by colour type and bit depth (ISO/IEC 15948, table 11.1). */
const pngChannels: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

const pngSize = (buffer: Buffer): SizeReading => {
  const chunks = pngChunks(buffer);
  const header = chunks?.[0];
  if (!chunks || header?.type !== 'IHDR' || header.data.length !== 13 || chunks.at(-1)?.type !== 'IEND') return null;
  const [widthPx, heightPx] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  const [depth = 0, colourType = 0, , , interlace = 0] = header.data.subarray(8);
  const kind = pngChannels[colourType];
  if (!kind?.depths.includes(depth) || interlace > 1) return null;
  if (!inRange(widthPx, heightPx)) return 'out_of_range';
  const rowBytes = Math.ceil((widthPx * kind.channels * depth) / 8) + 1;
  const compressed = Buffer.concat(chunks.filter((chunk) => chunk.type === 'IDAT').map((chunk) => chunk.data));
  try {
    // interlacing adds filter bytes: at most one for each of the seven passes' rows
    const pixels = inflateSync(compressed, { maxOutputLength: (rowBytes + 8) * heightPx * (interlace ? 2 : 1) });
    if (pixels.length < (interlace ? 1 : rowBytes * heightPx)) return null;
  } catch {
    return null;
  }
  return { mediaType: 'image/png', widthPx, heightPx };
};

const pngChunks = (buffer: Buffer): { type: string; data: Buffer }[] | null => {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let offset = 8; offset < buffer.length;) {
    if (offset + 12 > buffer.length) return null;
    const length = buffer.readUInt32BE(offset);
    const end = offset + 12 + length;
    if (end > buffer.length) return null;
    if (crc32(buffer.subarray(offset + 4, end - 4)) !== buffer.readUInt32BE(end - 4)) return null;
    const type = buffer.toString('latin1', offset + 4, offset + 8);
    chunks.push({ type, data: buffer.subarray(offset + 8, end - 4) });
    if (type === 'IEND') return chunks;
    offset = end;
  }
  return null;
};

/** ITU-T T.81, annex B: segments up to the scan, then entropy-coded data up to the end marker. */
const jpegSize = (buffer: Buffer): SizeReading => {
  if (buffer.length < 4 || buffer.readUInt16BE(0) !== 0xffd8) return null;
  let size: SizeReading = null;
  for (let offset = 2; offset + 4 <= buffer.length;) {
    if (buffer[offset] !== 0xff) return null;
    const marker = buffer[offset + 1] ?? 0;
    const length = buffer.readUInt16BE(offset + 2);
    const end = offset + 2 + length;
    if (length < 2 || end > buffer.length) return null;
    if (isFrameHeader(marker)) {
      if (length < 8) return null;
      const [heightPx, widthPx] = [buffer.readUInt16BE(offset + 5), buffer.readUInt16BE(offset + 7)];
      size = inRange(widthPx, heightPx) ? { mediaType: 'image/jpeg', widthPx, heightPx } : 'out_of_range';
    }
    if (marker === 0xda) return buffer.indexOf(Buffer.from([0xff, 0xd9]), end) >= 0 ? size : null;
    offset = end;
  }
  return null;
};

/** Baseline, extended and progressive Huffman frames; C4, C8 and CC are tables, the rest nothing that browsers draw. */
const isFrameHeader = (marker: number): boolean => marker === 0xc0 || marker === 0xc1 || marker === 0xc2;

const inRange = (widthPx: number, heightPx: number): boolean =>
  Math.min(widthPx, heightPx) >= markLimits.minimumSidePx &&
  Math.max(widthPx, heightPx) <= markLimits.sidePx &&
  widthPx * heightPx <= markLimits.areaPx;

const refuse = (code: Extract<ImageReading, { outcome: 'refused' }>['code'], message: string): ImageReading => ({
  outcome: 'refused',
  code,
  message,
});

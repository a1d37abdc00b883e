import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { markLimits, readSignatureImage, readSignatureText } from './mark.ts';

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
};

/** RGBA, every pixel transparent; `rows` fewer than the height makes it incomplete. */
const png = (widthPx: number, heightPx: number, rows = heightPx): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc((widthPx * 4 + 1) * rows));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
};

/** Start, one frame header, a scan with two bytes of data, end. */
const jpeg = (widthPx: number, heightPx: number, end = [0xff, 0xd9]): Buffer => {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(heightPx, 5);
  frame.writeUInt16BE(widthPx, 7);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0x34]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), frame, scan, Buffer.from(end)]);
};

const codeOf = (bytes: Uint8Array): string => {
  const reading = readSignatureImage(bytes);
  return reading.outcome === 'refused' ? reading.code : reading.outcome;
};

describe('readSignatureImage', () => {
  it('reads the kind and size from the bytes', () => {
    expect(readSignatureImage(png(300, 100))).toEqual({
      outcome: 'image',
      mediaType: 'image/png',
      widthPx: 300,
      heightPx: 100,
    });
    expect(readSignatureImage(jpeg(640, 200))).toEqual({
      outcome: 'image',
      mediaType: 'image/jpeg',
      widthPx: 640,
      heightPx: 200,
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00')],
    ['a PNG cut off', png(300, 100).subarray(0, 60)],
    ['a PNG with rows missing', png(300, 100, 50)],
    [
      'a PNG whose checksum is wrong',
      Buffer.concat([png(20, 20).subarray(0, 30), Buffer.from([9]), png(20, 20).subarray(31)]),
    ],
    ['a JPEG without its end', jpeg(640, 200, [])],
    ['a JPEG that is only a beginning', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  ])('refuses %s', (_, bytes) => {
    expect(codeOf(bytes)).toBe('image_unreadable');
  });

  it('refuses files and pictures beyond the limits', () => {
    expect(codeOf(Buffer.alloc(markLimits.imageBytes + 1))).toBe('image_too_large');
    expect(codeOf(png(markLimits.sidePx + 1, 20))).toBe('image_dimensions_out_of_range');
    expect(codeOf(jpeg(4000, 4000))).toBe('image_dimensions_out_of_range');
    expect(codeOf(png(4, 100))).toBe('image_dimensions_out_of_range');
  });

  it('does not unpack a small file into a large picture', () => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(16, 0);
    header.writeUInt32BE(16, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const bomb = deflateSync(Buffer.alloc(50_000_000));
    const start = png(16, 16).subarray(0, 8);
    expect(
      codeOf(Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', bomb), chunk('IEND', Buffer.alloc(0))])),
    ).toBe('image_unreadable');
  });
});

describe('readSignatureText', () => {
  it('keeps names in any script, on one line, reading in their own direction', () => {
    expect(readSignatureText('  Zoë\n李明\u202e ')).toEqual({ outcome: 'text', text: 'Zoë 李明' });
    expect(readSignatureText('مريم')).toEqual({ outcome: 'text', text: 'مريم' });
  });

  it('refuses what is no name', () => {
    expect(readSignatureText(' \u200f ')).toMatchObject({ outcome: 'refused', code: 'text_empty' });
    expect(readSignatureText('...')).toMatchObject({ outcome: 'refused', code: 'text_empty' });
    expect(readSignatureText('a'.repeat(121))).toMatchObject({ outcome: 'refused', code: 'text_too_long' });
  });
});

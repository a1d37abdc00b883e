/**
 * An ICC profile of the sRGB colour space, made from its definition (IEC 61966-2-1) in the layout of ICC.1:2010 (version 4.3,
 * which ISO 19005-2 accepts): three primaries adapted to D50, one parametric transfer curve for all of them.
 */
export function srgbProfile(): Uint8Array {
  const curve = parametricCurve([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]);
  const tags: [string, Uint8Array][] = [
    ['desc', localizedText('sRGB')],
    ['cprt', localizedText('No copyright, use freely')],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    [
      'chad',
      fixedNumbers('sf32', [1.04788, 0.02292, -0.05019, 0.02959, 0.99048, -0.01708, -0.00925, 0.01508, 0.75168]),
    ],
    ['rXYZ', xyz(0.43607, 0.22249, 0.01392)],
    ['gXYZ', xyz(0.38515, 0.71687, 0.09708)],
    ['bXYZ', xyz(0.14307, 0.06061, 0.7141)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  return profile(tags);
}

function profile(tags: readonly [string, Uint8Array][]): Uint8Array {
  const tableBytes = 4 + tags.length * 12;
  const dataBytes = tags.reduce((sum, [, data]) => sum + padded(data.length), 0);
  const bytes = new Uint8Array(128 + tableBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint32(8, 0x04300000);
  ascii(bytes, 12, 'mntrRGB XYZ ');
  [2026, 1, 1, 0, 0, 0].forEach((part, index) => view.setUint16(24 + index * 2, part));
  ascii(bytes, 36, 'acsp');
  bytes.set(xyz(0.9642, 1, 0.8249).subarray(8), 68);
  view.setUint32(128, tags.length);
  let offset = 128 + tableBytes;
  tags.forEach(([name, data], index) => {
    const entry = 132 + index * 12;
    ascii(bytes, entry, name);
    view.setUint32(entry + 4, offset);
    view.setUint32(entry + 8, data.length);
    bytes.set(data, offset);
    offset += padded(data.length);
  });
  return bytes;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;

function ascii(bytes: Uint8Array, offset: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) bytes[offset + index] = text.charCodeAt(index);
}

/** Type signature, four zero bytes, then s15Fixed16 numbers. */
function fixedNumbers(type: string, numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 + numbers.length * 4);
  ascii(bytes, 0, type);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, index) => view.setInt32(8 + index * 4, Math.round(number * 65536)));
  return bytes;
}

const xyz = (x: number, y: number, z: number): Uint8Array => fixedNumbers('XYZ ', [x, y, z]);

/** Function type 3: (aX + b)^g above d, cX below. */
function parametricCurve(parameters: readonly number[]): Uint8Array {
  const numbers = fixedNumbers('para', [0, ...parameters]);
  new DataView(numbers.buffer).setUint16(8, 3);
  return numbers;
}

/** multiLocalizedUnicodeType with one record, in UTF-16. */
function localizedText(text: string): Uint8Array {
  const bytes = new Uint8Array(28 + text.length * 2);
  const view = new DataView(bytes.buffer);
  ascii(bytes, 0, 'mluc');
  view.setUint32(8, 1);
  view.setUint32(12, 12);
  ascii(bytes, 16, 'enUS');
  view.setUint32(20, text.length * 2);
  view.setUint32(24, 28);
  for (let index = 0; index < text.length; index += 1) view.setUint16(28 + index * 2, text.charCodeAt(index));
  return bytes;
}

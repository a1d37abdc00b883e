import { createHash } from 'node:crypto';
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFNumber, PDFRawStream } from '@cantoo/pdf-lib';
import type { PDFContext, PDFObject, PDFRef } from '@cantoo/pdf-lib';

/**
 * A PDF opened for an incremental update (ISO 32000-1 § 7.5.6): what was there stays byte for byte, changes are appended. That is
 * how the agreement, exactly as it was shown and hashed, remains the first bytes of the signed file.
 */
export type OpenPdf = {
  document: PDFDocument;
  context: PDFContext;
  original: Uint8Array;
  largestObjectNumber: number;
  crossReference: { offset: number; isStream: boolean };
};

/** @throws when the bytes are no PDF, are encrypted, or have no cross-reference section. */
export const openPdf = async (original: Uint8Array): Promise<OpenPdf> => {
  const document = await PDFDocument.load(original, { updateMetadata: false });
  const { context } = document;
  const offset = lastCrossReferenceOffset(original);
  const isStream = Buffer.from(original.subarray(offset, offset + 4)).toString('latin1') !== 'xref';
  return {
    document,
    context,
    original,
    largestObjectNumber: context.largestObjectNumber,
    crossReference: { offset, isStream },
  };
};

/**
 * The original followed by an update with `changed` objects and every object made since it was opened.
 * @returns the new file, and where each object's own bytes (without its `n 0 obj`) begin in it.
 */
export const writeIncrementalUpdate = (
  pdf: OpenPdf,
  changed: readonly PDFRef[],
): { bytes: Uint8Array; offsets: ReadonlyMap<number, number> } => {
  const written = new Map<number, PDFRef>(changed.map((ref) => [ref.objectNumber, ref]));
  for (const [ref] of pdf.context.enumerateIndirectObjects()) {
    if (ref.objectNumber > pdf.largestObjectNumber) written.set(ref.objectNumber, ref);
  }
  const parts: Buffer[] = [Buffer.from(pdf.original), Buffer.from('\n')];
  let length = pdf.original.length + 1;
  const append = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  const entries: CrossReferenceEntry[] = [];
  const offsets = new Map<number, number>();
  for (const ref of [...written.values()].sort((a, b) => a.objectNumber - b.objectNumber)) {
    const object = pdf.context.lookup(ref);
    if (!object) continue;
    entries.push({ objectNumber: ref.objectNumber, offset: length });
    append(Buffer.from(`${ref.objectNumber} ${ref.generationNumber} obj\n`));
    offsets.set(ref.objectNumber, length);
    append(serialize(object));
    append(Buffer.from('\nendobj\n'));
  }
  const startOffset = length;
  const digest = createHash('sha256').update(Buffer.concat(parts)).digest();
  append(crossReferenceSection(pdf, entries, digest, startOffset));
  append(Buffer.from(`startxref\n${startOffset}\n%%EOF\n`));
  return { bytes: new Uint8Array(Buffer.concat(parts)), offsets };
};

type CrossReferenceEntry = { objectNumber: number; offset: number };

/** Of the same kind as the original's: a reader need not expect a table whose predecessor is a stream. */
const crossReferenceSection = (
  pdf: OpenPdf,
  entries: CrossReferenceEntry[],
  digest: Uint8Array,
  startOffset: number,
): Buffer => {
  const { context, crossReference } = pdf;
  const trailer = PDFDict.withContext(context);
  const set = (key: string, value: PDFObject | undefined) => value && trailer.set(PDFName.of(key), value);
  const ownNumber = context.largestObjectNumber + 1;
  set('Size', PDFNumber.of(crossReference.isStream ? ownNumber + 1 : ownNumber));
  set('Prev', PDFNumber.of(crossReference.offset));
  set('Root', context.trailerInfo.Root);
  set('Info', context.trailerInfo.Info);
  set('ID', updatedIdentifier(context, digest));
  if (!crossReference.isStream) {
    return Buffer.concat([
      crossReferenceTable(entries),
      Buffer.from('trailer\n'),
      serialize(trailer),
      Buffer.from('\n'),
    ]);
  }
  const all = [...entries, { objectNumber: ownNumber, offset: startOffset }];
  set('Type', PDFName.of('XRef'));
  set('W', context.obj([1, 4, 2]));
  set('Index', context.obj(all.flatMap((entry) => [entry.objectNumber, 1])));
  const rows = Buffer.alloc(all.length * 7);
  all.forEach((entry, index) => {
    rows.writeUInt8(1, index * 7);
    rows.writeUInt32BE(entry.offset, index * 7 + 1);
  });
  const stream = PDFRawStream.of(trailer, rows);
  return Buffer.concat([Buffer.from(`${ownNumber} 0 obj\n`), serialize(stream), Buffer.from('\nendobj\n')]);
};

/** ISO 32000-1 § 7.5.4: every entry is exactly 20 bytes. */
const crossReferenceTable = (entries: CrossReferenceEntry[]): Buffer => {
  const rows = entries.map(
    ({ objectNumber, offset }) => `${objectNumber} 1\n${String(offset).padStart(10, '0')} 00000 n \n`,
  );
  return Buffer.from(`xref\n${rows.join('')}`);
};

/** The first half names the document for good, the second this version of it (ISO 32000-1 § 14.4). */
const updatedIdentifier = (context: PDFContext, digest: Uint8Array): PDFArray => {
  const version = PDFHexString.of(Buffer.from(digest).toString('hex').slice(0, 32));
  const previous = context.lookup(context.trailerInfo.ID);
  const permanent = previous instanceof PDFArray ? previous.get(0) : version;
  const identifier = PDFArray.withContext(context);
  identifier.push(permanent);
  identifier.push(version);
  return identifier;
};

const serialize = (object: PDFObject): Buffer => {
  const buffer = Buffer.alloc(object.sizeInBytes());
  object.copyBytesInto(buffer, 0);
  return buffer;
};

const lastCrossReferenceOffset = (bytes: Uint8Array): number => {
  const tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - 2048))).toString('latin1');
  const match = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(tail);
  if (!match) throw new Error('This PDF does not end with a cross-reference offset and %%EOF.');
  return Number(match[1]);
};

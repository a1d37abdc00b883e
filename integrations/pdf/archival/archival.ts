import { createHash } from 'node:crypto';
import { ParseSpeeds, PDFDocument, PDFHexString, PDFName, PDFString } from '@cantoo/pdf-lib';
import { srgbProfile } from './srgb.ts';
import { completeStructure } from './structure.ts';
import { xmpPacket } from './xmp.ts';
import type { DocumentMetadata } from './xmp.ts';

/**
 * Makes a tagged PDF an archival one: PDF/A-2b and PDF/UA-1. Adds what the browser leaves out: the metadata packet, the
 * output intent, the file identifier and some of the structure. The same input gives the same bytes: dates and identifier come from it alone.
 *
 * The file has a plain cross-reference table, because signing tools add their revision behind one more surely than behind a stream.
 */
export async function makeArchival(
  pdf: Uint8Array,
  metadata: DocumentMetadata,
): Promise<{ bytes: Uint8Array; pageCount: number }> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false, parseSpeed: ParseSpeeds.Fastest });
  describe(document, metadata);
  completeStructure(document);
  addOutputIntent(document);
  addIdentifier(document, pdf, metadata);
  const bytes = await document.save({ useObjectStreams: false, addDefaultPage: false, objectsPerTick: Infinity });
  return { bytes, pageCount: document.getPageCount() };
}

function describe(document: PDFDocument, metadata: DocumentMetadata): void {
  const wholeSecond = new Date(Math.floor(metadata.createdAt.getTime() / 1000) * 1000);
  document.setTitle(metadata.title, { showInWindowTitleBar: true });
  document.setAuthor(metadata.author);
  document.setProducer(metadata.producer);
  document.setCreator(metadata.producer);
  document.setCreationDate(wholeSecond);
  document.setModificationDate(wholeSecond);
  document.setLanguage(metadata.language);
  const { context, catalog } = document;
  const packet = new TextEncoder().encode(xmpPacket(metadata));
  const stream = context.stream(packet, { Type: 'Metadata', Subtype: 'XML' });
  catalog.set(PDFName.of('Metadata'), context.register(stream));
}

function addOutputIntent(document: PDFDocument): void {
  const { context, catalog } = document;
  const profile = context.register(context.flateStream(srgbProfile(), { N: 3 }));
  const intent = context.obj({
    Type: 'OutputIntent',
    S: 'GTS_PDFA1',
    OutputConditionIdentifier: PDFString.of('sRGB'),
    Info: PDFString.of('sRGB IEC61966-2.1'),
    DestOutputProfile: profile,
  });
  catalog.set(PDFName.of('OutputIntents'), context.obj([context.register(intent)]));
}

/** ISO 32000-1, 14.4: two strings, equal in a file's first revision. */
function addIdentifier(document: PDFDocument, pdf: Uint8Array, metadata: DocumentMetadata): void {
  const hash = createHash('sha256')
    .update(JSON.stringify(metadata))
    .update(withoutDates(pdf))
    .digest('hex')
    .slice(0, 32);
  const identifier = PDFHexString.of(hash.toUpperCase());
  document.context.trailerInfo.ID = document.context.obj([identifier, identifier]);
}

/** The browser writes the moment of printing into its file; nothing else in it changes from one printing to the next. */
function withoutDates(pdf: Uint8Array): Buffer {
  const text = Buffer.from(pdf).toString('latin1');
  return Buffer.from(text.replace(/\/(CreationDate|ModDate) ?\(D:[^)]*\)/g, ''), 'latin1');
}

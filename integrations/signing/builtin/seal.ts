import { PDFArray, PDFDict, PDFHexString, PDFName, PDFNumber, PDFRef, PDFString } from '@cantoo/pdf-lib';
import type { PDFContext, PDFDocument, PDFObject } from '@cantoo/pdf-lib';
import { oids, sha256, signCms } from './cms.ts';
import type { CertifiedKey } from './cms.ts';
import { openPdf, writeIncrementalUpdate } from './incremental-update.ts';
import type { TimestampAuthority } from './timestamp.ts';

/**
 * What the seal says in a form that programs read, in the signature dictionary under a key of our own (`CSGN_Agreement`): covered by
 * the signature like every other byte. The certificate pages say the same to people.
 */
export type AgreementRecord = {
  documentId: string;
  /** Of the agreement as shown: the first `lengthBytes` bytes of the sealed file. */
  sha256: string;
  lengthBytes: number;
  templateName: string;
  templateVersion: number;
  signerName: string;
  signerEmail: string;
  signedAt: Date;
};

export type SealInput = {
  /** Unencrypted, and not sealed before. */
  pdf: Uint8Array;
  signingKey: CertifiedKey;
  reason: string;
  /** Who seals: the organization. */
  name: string;
  location: string;
  /** The time claimed (/M); the timestamp is the one attested. */
  signedAt: Date;
  /** Null makes PAdES-BASELINE-B, an authority makes it -T. */
  timestampAuthority: TimestampAuthority | null;
  agreement?: AgreementRecord;
};

/** Room for signature, chain and timestamp token with its own chain (public authorities send up to about 6 KiB). */
const reservedSignatureBytes = 16 * 1024;

/**
 * Seals a PDF with a PAdES baseline signature (ETSI EN 319 142-1) as an incremental update: the input stays, byte for byte, the
 * beginning of the output. The widget has no size and lies outside the structure tree as an artifact, so that PDF/UA and PDF/A hold.
 * @throws TimestampRefused or a network error from the authority; an Error when the input is no PDF.
 */
export const sealPdf = async (input: SealInput): Promise<Uint8Array> => {
  const pdf = await openPdf(input.pdf);
  const { document, context } = pdf;
  const signature = context.register(signatureDictionary(context, input));
  const changed = addSignatureField(document, signature);
  const { bytes, offsets } = writeIncrementalUpdate(pdf, changed);
  const offset = offsets.get(signature.objectNumber);
  if (offset === undefined) throw new Error('The signature dictionary was not written.');
  const gap = fillByteRange(bytes, offset);

  const covered = Buffer.concat([bytes.subarray(0, gap.start), bytes.subarray(gap.end)]);
  const authority = input.timestampAuthority;
  const cms = await signCms({
    key: input.signingKey,
    contentType: oids.data,
    content: covered,
    detached: true,
    ...(authority ? { timestamp: async (value: Uint8Array) => authority.timestamp(await sha256(value)) } : {}),
  });
  if (cms.length > reservedSignatureBytes) {
    throw new Error(`The signature needs ${cms.length} bytes, ${reservedSignatureBytes} are reserved.`);
  }
  bytes.set(Buffer.from(Buffer.from(cms).toString('hex')), gap.start + 1);
  return bytes;
};

/** Ten digits each: as wide as any offset a PDF of this kind can have. */
const byteRangePlaceholder = [0, 9999999999, 9999999999, 9999999999];

const signatureDictionary = (context: PDFContext, input: SealInput): PDFDict => {
  const dictionary = PDFDict.withContext(context);
  const set = (key: string, value: PDFObject) => dictionary.set(PDFName.of(key), value);
  // ByteRange and Contents come first: what people wrote cannot be mistaken for them
  set('ByteRange', context.obj(byteRangePlaceholder));
  set('Contents', PDFHexString.of('0'.repeat(reservedSignatureBytes * 2)));
  set('Type', PDFName.of('Sig'));
  set('Filter', PDFName.of('Adobe.PPKLite'));
  set('SubFilter', PDFName.of('ETSI.CAdES.detached'));
  set('M', PDFString.fromDate(input.signedAt));
  set('Name', PDFHexString.fromText(input.name));
  set('Reason', PDFHexString.fromText(input.reason));
  if (input.location) set('Location', PDFHexString.fromText(input.location));
  if (input.agreement) set('CSGN_Agreement', agreementDictionary(context, input.agreement));
  return dictionary;
};

const agreementDictionary = (context: PDFContext, record: AgreementRecord): PDFDict => {
  const dictionary = PDFDict.withContext(context);
  const text = (key: string, value: string) => dictionary.set(PDFName.of(key), PDFHexString.fromText(value));
  text('DocumentId', record.documentId);
  text('Sha256', record.sha256);
  dictionary.set(PDFName.of('LengthBytes'), PDFNumber.of(record.lengthBytes));
  text('TemplateName', record.templateName);
  dictionary.set(PDFName.of('TemplateVersion'), PDFNumber.of(record.templateVersion));
  text('SignerName', record.signerName);
  text('SignerEmail', record.signerEmail);
  text('SignedAt', record.signedAt.toISOString());
  return dictionary;
};

/** @returns the objects of the original that changed. */
const addSignatureField = (document: PDFDocument, signature: PDFRef): PDFRef[] => {
  const { context, catalog } = document;
  const [page] = document.getPages();
  const root = context.trailerInfo.Root;
  if (!page || !(root instanceof PDFRef)) throw new Error('This PDF has no pages.');
  if (catalog.has(PDFName.of('AcroForm'))) throw new Error('This PDF has form fields or is sealed already.');
  const appearance = context.register(context.formXObject([], { BBox: [0, 0, 0, 0], Resources: {} }));
  const widget = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      Rect: [0, 0, 0, 0],
      V: signature,
      T: PDFString.of('Seal'),
      TU: PDFHexString.fromText('Electronic seal'),
      F: 132, // print, locked
      P: page.ref,
      AP: { N: appearance },
    }),
  );
  const annotations =
    page.node.lookupMaybe(PDFName.of('Annots'), PDFArray)?.clone(context) ?? PDFArray.withContext(context);
  annotations.push(widget);
  page.node.set(PDFName.of('Annots'), annotations);
  // 3: signatures exist, append only
  catalog.set(PDFName.of('AcroForm'), context.register(context.obj({ Fields: [widget], SigFlags: 3 })));
  return [root, page.ref];
};

/** Writes the real byte range into the file in place. @returns the gap of /Contents, angle brackets included. */
const fillByteRange = (bytes: Uint8Array, dictionaryOffset: number): { start: number; end: number } => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rangeStart = file.indexOf('[', file.indexOf('/ByteRange', dictionaryOffset));
  const rangeEnd = file.indexOf(']', rangeStart) + 1;
  const start = file.indexOf('<', file.indexOf('/Contents', rangeEnd));
  const end = file.indexOf('>', start) + 1;
  if (end - start !== reservedSignatureBytes * 2 + 2)
    throw new Error('The room for the signature is not where it should be.');
  const range = `[0 ${start} ${end} ${file.length - end}]`;
  file.write(range.padEnd(rangeEnd - rangeStart, ' '), rangeStart, 'latin1');
  return { start, end };
};

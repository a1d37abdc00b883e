import { PDFContext, PDFDict, PDFHexString, PDFName, PDFNumber, PDFObjectParser, PDFString } from '@cantoo/pdf-lib';

/** A signature's place in the file: what it covers and where its CMS bytes are. Offsets in bytes. */
export type SignaturePlace = {
  /** Of `/ByteRange` in the file. */
  offset: number;
  coveredUntil: number;
  gap: { start: number; end: number };
};

/** What the signature dictionary claims; covered by the signature itself. */
export type SignatureClaims = {
  name: string | null;
  reason: string | null;
  location: string | null;
  claimedAt: Date | null;
  agreement: AgreementClaims | null;
};

export type AgreementClaims = {
  documentId: string;
  sha256: string;
  lengthBytes: number;
  templateName: string;
  templateVersion: number;
  signerName: string;
  signerEmail: string;
  signedAt: Date;
};

/** More signatures than any agreement has: a file with more is not looked at further. */
const maxCandidates = 16;
/** Of what merely could be one, so many gaps are read to their end: a file may hold hundreds of thousands, and anybody may send one. */
const maxGapsRead = 64;
/** As hexadecimal digits: certificates, timestamps and revocation lists of the longest signatures in use take a fraction of it. */
const maxGapBytes = 2_000_000;

/**
 * Every place that can be a signature: a byte range from the file's first byte, whose gap is one hexadecimal string and nothing else.
 * What merely looks like a byte range (in a title, say) is not one; `resembling` counts those.
 */
export const findSignatures = (file: Uint8Array): { places: SignaturePlace[]; resembling: number } => {
  const text = Buffer.from(file.buffer, file.byteOffset, file.length).toString('latin1');
  const places: SignaturePlace[] = [];
  let resembling = 0;
  let gapsRead = 0;
  const isGap = (start: number, end: number): boolean => {
    if (end - start > maxGapBytes || text[start] !== '<' || text[end - 1] !== '>') return false;
    gapsRead += 1;
    return /^[0-9a-fA-F]*$/.test(text.slice(start + 1, end - 1));
  };
  for (const match of text.matchAll(
    /\/ByteRange\s{0,8}\[\s{0,8}(\d{1,10})\s{1,8}(\d{1,10})\s{1,8}(\d{1,10})\s{1,8}(\d{1,10})\s{0,40}\]/g,
  )) {
    const [first = -1, start = -1, end = -1, rest = -1] = match.slice(1).map(Number);
    const isPlace = first === 0 && start < end && end + rest <= file.length && isGap(start, end);
    if (isPlace) places.push({ offset: match.index, coveredUntil: end + rest, gap: { start, end } });
    else resembling += 1;
    if (places.length > maxCandidates || gapsRead > maxGapsRead) break;
  }
  return { places: places.sort((a, b) => a.coveredUntil - b.coveredUntil), resembling };
};

/** Null when the dictionary around the byte range cannot be read: the signature may still hold. */
export const readClaims = (file: Uint8Array, place: SignaturePlace): SignatureClaims | null => {
  const before = Buffer.from(file.subarray(0, place.offset)).toString('latin1');
  const start = before.lastIndexOf(' obj');
  if (start < 0) return null;
  try {
    const slice = file.subarray(start + ' obj'.length, place.coveredUntil);
    const dictionary = PDFObjectParser.forBytes(slice, PDFContext.create()).parseObject();
    return dictionary instanceof PDFDict ? claimsOf(dictionary) : null;
  } catch {
    return null;
  }
};

const claimsOf = (dictionary: PDFDict): SignatureClaims => {
  const agreement = dictionary.get(PDFName.of('CSGN_Agreement'));
  return {
    name: textOf(dictionary, 'Name'),
    reason: textOf(dictionary, 'Reason'),
    location: textOf(dictionary, 'Location'),
    claimedAt: dateOf(dictionary, 'M'),
    agreement: agreement instanceof PDFDict ? agreementOf(agreement) : null,
  };
};

const agreementOf = (dictionary: PDFDict): AgreementClaims | null => {
  const text = (key: string) => textOf(dictionary, key);
  const number = (key: string) => {
    const value = dictionary.get(PDFName.of(key));
    return value instanceof PDFNumber ? value.asNumber() : null;
  };
  const [documentId, sha256, templateName] = [text('DocumentId'), text('Sha256'), text('TemplateName')];
  const [signerName, signerEmail, signedAt] = [text('SignerName'), text('SignerEmail'), text('SignedAt')];
  const [lengthBytes, templateVersion] = [number('LengthBytes'), number('TemplateVersion')];
  if (documentId === null || sha256 === null || templateName === null || signerName === null) return null;
  if (signerEmail === null || signedAt === null || lengthBytes === null || templateVersion === null) return null;
  if (Number.isNaN(Date.parse(signedAt))) return null;
  return {
    documentId,
    sha256,
    lengthBytes,
    templateName,
    templateVersion,
    signerName,
    signerEmail,
    signedAt: new Date(signedAt),
  };
};

const stringOf = (dictionary: PDFDict, key: string): PDFString | PDFHexString | null => {
  const value = dictionary.get(PDFName.of(key));
  return value instanceof PDFString || value instanceof PDFHexString ? value : null;
};

const textOf = (dictionary: PDFDict, key: string): string | null => stringOf(dictionary, key)?.decodeText() ?? null;

const dateOf = (dictionary: PDFDict, key: string): Date | null => {
  try {
    return stringOf(dictionary, key)?.decodeDate() ?? null;
  } catch {
    return null;
  }
};

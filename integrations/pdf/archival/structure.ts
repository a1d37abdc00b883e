import { deflateSync, inflateSync } from 'node:zlib';
import { PDFArray, PDFDict, PDFName, PDFRawStream, PDFRef } from '@cantoo/pdf-lib';
import type { PDFDocument } from '@cantoo/pdf-lib';

/** Standard structure types, ISO 32000-1, 14.8.4. Any other one needs a role (ISO 14289-1, 7.1). */
const STANDARD_TYPES = new Set(
  (
    'Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody ' +
    'Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP ' +
    'Figure Formula Form'
  ).split(' '),
);

const S = PDFName.of('S');
const K = PDFName.of('K');
const P = PDFName.of('P');

/**
 * Brings the browser's structure tree to what PDF/UA-1 asks: a list item's content is in an `LBody` (7.2), the types that came with
 * PDF 2.0 (`Em`, `Strong`) have roles of 1.7 (7.1), and what is printed at the foot of each page is marked as an artifact (7.1, 7.8).
 */
export function completeStructure(document: PDFDocument): void {
  const roles = new Set<string>();
  for (const [reference, object] of document.context.enumerateIndirectObjects()) {
    if (!(object instanceof PDFDict) || object.get(PDFName.of('Type')) !== PDFName.of('StructElem')) continue;
    const type = object.get(S);
    if (!(type instanceof PDFName)) continue;
    const name = type.decodeText();
    if (!STANDARD_TYPES.has(name)) roles.add(name);
    if (name === 'LI') wrapListItem(document, reference, object);
  }
  addRoles(document, roles);
  for (const page of document.getPages()) markFooter(document, page.node.get(PDFName.of('Contents')));
}

function wrapListItem(document: PDFDocument, reference: PDFRef, item: PDFDict): void {
  const { context } = document;
  const kids = item.lookup(K);
  if (!(kids instanceof PDFArray)) return;
  const children = kids.asArray();
  const element = (child: unknown): PDFDict | null => {
    const found = child instanceof PDFRef ? context.lookup(child) : null;
    return found instanceof PDFDict && found.get(S) instanceof PDFName ? found : null;
  };
  const labels = children.filter((child) => element(child)?.get(S) === PDFName.of('Lbl'));
  const content = children.filter((child) => !labels.includes(child));
  // Content that belongs to the item itself is found through the parent tree: moving it would need that changed too.
  if (content.length === 0 || content.some((child) => element(child) === null)) return;
  if (content.every((child) => element(child)?.get(S) === PDFName.of('LBody'))) return;
  const body = context.register(context.obj({ Type: 'StructElem', S: 'LBody', P: reference, K: content }));
  for (const child of content) element(child)?.set(P, body);
  item.set(K, context.obj([...labels, body]));
}

function addRoles(document: PDFDocument, names: ReadonlySet<string>): void {
  const root = document.catalog.lookup(PDFName.of('StructTreeRoot'));
  if (names.size === 0 || !(root instanceof PDFDict)) return;
  root.set(PDFName.of('RoleMap'), document.context.obj(Object.fromEntries([...names].map((name) => [name, 'Span']))));
}

/** The browser writes margin boxes as text outside of all marked content, one operator to a line, strings in hexadecimal. */
function markFooter(document: PDFDocument, contents: unknown): void {
  const { context } = document;
  if (!(contents instanceof PDFRef)) return;
  const stream = context.lookup(contents);
  const filter = stream instanceof PDFRawStream ? stream.dict.get(PDFName.of('Filter')) : undefined;
  if (!(stream instanceof PDFRawStream) || filter !== PDFName.of('FlateDecode')) return;
  const source = inflateSync(stream.contents).toString('latin1');
  const marked = markUnmarkedText(source);
  if (marked === source) return;
  const bytes = new Uint8Array(deflateSync(Buffer.from(marked, 'latin1')));
  context.assign(contents, PDFRawStream.of(stream.dict, bytes));
}

const ARTIFACT = '/Artifact <</Type /Pagination>> BDC';

export function markUnmarkedText(source: string): string {
  let depth = 0;
  const lines = source.split('\n').map((line) => {
    if (/\bB(DC|MC)$/.test(line)) depth += 1;
    if (line === 'EMC') depth -= 1;
    if (depth === 0 && line === 'BT') return `${ARTIFACT}\nBT`;
    return depth === 0 && line === 'ET' ? 'ET\nEMC' : line;
  });
  return lines.join('\n');
}

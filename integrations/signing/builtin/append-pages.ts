import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  PDFObjectCopier,
  PDFRef,
  PDFString,
} from '@cantoo/pdf-lib';
import type { PDFContext, PDFObject } from '@cantoo/pdf-lib';
import { openPdf, writeIncrementalUpdate } from './incremental-update.ts';

/**
 * Appends all pages of one tagged PDF to another as an incremental update: the first stays byte for byte the beginning of the
 * result. The structure trees are joined (as a section at the end of the document), so that a screen reader reads on and PDF/UA
 * holds; both files being PDF/A-2b with the same output intent, so is the result.
 */
export const appendPages = async (original: Uint8Array, appendix: Uint8Array): Promise<Uint8Array> => {
  const target = await openPdf(original);
  const source = await PDFDocument.load(appendix, { updateMetadata: false });
  const sourceTree = structureTreeOf(source);
  const targetTree = structureTreeOf(target.document);
  const firstKey = targetTree ? nextParentKey(target.context, targetTree.dictionary) : 0;
  if (sourceTree) detachStructure(source, sourceTree.dictionary, firstKey);
  const language = source.catalog.get(name('Lang'));

  const copier = PDFObjectCopier.for(source.context, target.context);
  const pageRefs = source.getPages().map((page) => copier.copy(page.ref));
  const changed = addToPageTree(target.document, pageRefs);
  if (sourceTree && targetTree) {
    changed.push(
      ...joinStructure(target.context, targetTree, source.context, sourceTree.dictionary, copier, firstKey, language),
    );
  }
  return writeIncrementalUpdate(target, changed).bytes;
};

type StructureTree = { ref: PDFRef; dictionary: PDFDict };

const name = (text: string): PDFName => PDFName.of(text);

const structureTreeOf = (document: PDFDocument): StructureTree | null => {
  const ref = document.catalog.get(name('StructTreeRoot'));
  const dictionary = document.context.lookupMaybe(ref, PDFDict);
  return ref instanceof PDFRef && dictionary ? { ref, dictionary } : null;
};

/** Cuts the tree off its root, so that copying an element does not bring the root along, and moves its keys out of the way. */
const detachStructure = (source: PDFDocument, tree: PDFDict, firstKey: number): void => {
  for (const top of kidsOf(source.context, tree)) source.context.lookupMaybe(top, PDFDict)?.delete(name('P'));
  const seen = new Set<PDFDict>();
  for (const [, object] of source.context.enumerateIndirectObjects()) {
    const dictionary = object instanceof PDFDict ? object : dictionaryOf(object);
    if (!dictionary || seen.has(dictionary)) continue;
    seen.add(dictionary);
    for (const key of ['StructParents', 'StructParent']) {
      const value = dictionary.get(name(key));
      if (value instanceof PDFNumber) dictionary.set(name(key), PDFNumber.of(value.asNumber() + firstKey));
    }
    if (isStructureElement(dictionary)) makeIdentifiersUnique(source.context, dictionary, firstKey);
  }
};

const dictionaryOf = (object: PDFObject): PDFDict | null => {
  const { dict } = object as { dict?: unknown };
  return dict instanceof PDFDict ? dict : null;
};

const isStructureElement = (dictionary: PDFDict): boolean =>
  dictionary.get(name('Type')) === name('StructElem') || (dictionary.has(name('S')) && dictionary.has(name('P')));

/** Element IDs (header cells have them) need only be unique in a document: those of the appendix get a prefix, references too. */
const makeIdentifiersUnique = (context: PDFContext, element: PDFDict, firstKey: number): void => {
  const renamed = (value: PDFObject): PDFObject => PDFString.of(`appendix${firstKey}-${bytesAsHex(value)}`);
  const id = element.get(name('ID'));
  if (id) element.set(name('ID'), renamed(id));
  const attributes = context.lookup(element.get(name('A')));
  for (const entry of attributes instanceof PDFArray ? attributes.asArray() : [attributes]) {
    const owner = context.lookup(entry);
    const headers = owner instanceof PDFDict ? owner.lookupMaybe(name('Headers'), PDFArray) : undefined;
    for (let index = 0; headers && index < headers.size(); index++) headers.set(index, renamed(headers.get(index)));
  }
};

const bytesAsHex = (value: PDFObject): string => {
  const { asBytes } = value as { asBytes?: () => Uint8Array };
  return asBytes ? Buffer.from(asBytes.call(value)).toString('hex') : String(value);
};

const addToPageTree = (document: PDFDocument, pages: readonly PDFObject[]): PDFRef[] => {
  const rootRef = document.catalog.get(name('Pages'));
  const root = document.catalog.Pages();
  if (!(rootRef instanceof PDFRef)) throw new Error('The page tree is not an indirect object.');
  const kids = root.Kids().clone(document.context);
  for (const page of pages) {
    kids.push(page);
    document.context.lookup(page, PDFDict).set(name('Parent'), rootRef);
  }
  root.set(name('Kids'), kids);
  root.set(name('Count'), PDFNumber.of(root.Count().asNumber() + pages.length));
  return [rootRef];
};

/** @returns the objects of the target that changed. */
const joinStructure = (
  context: PDFContext,
  target: StructureTree,
  sourceContext: PDFContext,
  sourceTree: PDFDict,
  copier: PDFObjectCopier,
  firstKey: number,
  language: PDFObject | undefined,
): PDFRef[] => {
  const changed = [target.ref];
  const targetKids = kidsOf(context, target.dictionary);
  const documentRef = targetKids.length === 1 ? targetKids[0] : undefined;
  const isDocument =
    documentRef instanceof PDFRef && context.lookup(documentRef, PDFDict).get(name('S')) === name('Document');
  const parentRef = isDocument ? documentRef : target.ref;
  if (isDocument) changed.push(documentRef);

  const tops = kidsOf(sourceContext, sourceTree).map((kid) => copier.copy(kid));
  for (const top of tops) {
    const element = context.lookup(top, PDFDict);
    element.set(name('P'), parentRef);
    if (language && !element.has(name('Lang'))) element.set(name('Lang'), copier.copy(language));
    if (isDocument && element.get(name('S')) === name('Document')) element.set(name('S'), name('Sect'));
  }
  const parent = context.lookup(parentRef, PDFDict);
  parent.set(name('K'), context.obj([...kidsOf(context, parent), ...tops]));

  const entries = [
    ...parentEntries(context, target.dictionary),
    ...parentEntries(sourceContext, sourceTree).map(([key, value]) => [key + firstKey, copier.copy(value)] as const),
  ];
  target.dictionary.set(
    name('ParentTree'),
    context.register(context.obj({ Nums: entries.flatMap(([key, value]) => [PDFNumber.of(key), value]) })),
  );
  target.dictionary.set(name('ParentTreeNextKey'), PDFNumber.of(Math.max(-1, ...entries.map(([key]) => key)) + 1));
  joinNames(context, target.dictionary, sourceTree, copier, 'RoleMap');
  joinIdentifiers(context, target.dictionary, kidsOf(context, target.dictionary));
  return changed;
};

const joinNames = (
  context: PDFContext,
  target: PDFDict,
  source: PDFDict,
  copier: PDFObjectCopier,
  key: string,
): void => {
  const added = source.lookupMaybe(name(key), PDFDict);
  if (!added) return;
  const joined = target.lookupMaybe(name(key), PDFDict)?.clone(context) ?? PDFDict.withContext(context);
  for (const [entry, value] of added.entries()) if (!joined.has(entry)) joined.set(entry, copier.copy(value));
  target.set(name(key), joined);
};

/** The name tree of element IDs, made anew from the elements themselves, in byte order (ISO 32000-1 § 7.9.6). */
const joinIdentifiers = (context: PDFContext, tree: PDFDict, tops: readonly PDFObject[]): void => {
  const found: { key: string; id: PDFObject; element: PDFObject }[] = [];
  const pending = [...tops];
  for (let ref = pending.pop(); ref; ref = pending.pop()) {
    const element = context.lookup(ref);
    if (!(element instanceof PDFDict) || element.get(name('Type')) === name('MCR')) continue;
    const id = element.get(name('ID'));
    if (id) found.push({ key: bytesAsHex(id), id, element: ref });
    pending.push(...kidsOf(context, element).filter((kid) => !(kid instanceof PDFNumber)));
  }
  if (found.length === 0) return;
  found.sort((a, b) => (a.key < b.key ? -1 : 1));
  tree.set(
    name('IDTree'),
    context.register(
      context.obj({
        Names: found.flatMap(({ id, element }) => [id, element]),
      }),
    ),
  );
};

const kidsOf = (context: PDFContext, node: PDFDict): PDFObject[] => {
  const kids = node.get(name('K'));
  const resolved = context.lookup(kids);
  if (resolved instanceof PDFArray) return resolved.asArray();
  return kids ? [kids] : [];
};

/** The parent tree's entries, flattened: number trees nest (ISO 32000-1 § 7.9.7). */
const parentEntries = (context: PDFContext, tree: PDFDict): (readonly [number, PDFObject])[] => {
  const entries: (readonly [number, PDFObject])[] = [];
  const pending: PDFObject[] = [tree.get(name('ParentTree'))].filter((node) => node !== undefined);
  for (let ref = pending.pop(); ref; ref = pending.pop()) {
    const node = context.lookup(ref, PDFDict);
    pending.push(...(node.lookupMaybe(name('Kids'), PDFArray)?.asArray() ?? []));
    const numbers = node.lookupMaybe(name('Nums'), PDFArray)?.asArray() ?? [];
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      const [key, value] = [numbers[index], numbers[index + 1]];
      if (key instanceof PDFNumber && value) entries.push([key.asNumber(), value]);
    }
  }
  return entries.sort(([a], [b]) => a - b);
};

const nextParentKey = (context: PDFContext, tree: PDFDict): number =>
  Math.max(-1, ...parentEntries(context, tree).map(([key]) => key)) + 1;

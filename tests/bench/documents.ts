import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { defaultTemplate } from '#domain/nda/default-template.ts';
import { sampleValues } from '#domain/nda/values.ts';
import { createPdfRenderer } from '#integrations/pdf/chromium/chromium-renderer.ts';
import type { PdfInput, PdfRenderer } from '#integrations/pdf/renderer.ts';
import { createFileStore } from '#integrations/storage/file-store.ts';
import { createDocumentVault } from '#integrations/storage/vault.ts';
import { documentHtml } from '#integrations/templating/document-html.ts';
import { checkTemplate, renderTemplate } from '#integrations/templating/template.ts';
import type { BenchRow } from './report.ts';

/** An NDA of five pages, from its template to the sealed file. The floor is the product's promise for a warm browser. */
const PAGES = 5;
const WARM_UP = 10;
const RUNS = 100;
const PDF_P95_MS = 150;

const template = defaultTemplate('en');
const title = template.title;
const source = [template.source, template.source, template.source.slice(0, template.source.indexOf('## 7.'))].join(
  '\n',
);
const values = { ...sampleValues(template.ownVariables), 'guest.name': 'Łukasz 山田' };

export async function bench(): Promise<BenchRow[]> {
  const renderer = createPdfRenderer({ concurrency: 2 });
  try {
    const startedMs = performance.now();
    const pdf = await renderer.render(agreement(0));
    const firstMs = performance.now() - startedMs;
    await assertPages(pdf);
    return [
      { name: 'first PDF, browser started for it', figure: firstMs, unit: 'ms', better: 'lower' },
      ...(await pdfRows(renderer)),
      ...(await crowdRows(renderer)),
      ...(await textRows()),
      ...(await vaultRows(pdf)),
      { name: 'size of the PDF', figure: pdf.length / 1000, unit: 'kB', better: 'lower' },
    ];
  } finally {
    await renderer.close();
  }
}

async function pdfRows(renderer: PdfRenderer): Promise<BenchRow[]> {
  const times = await timesOf((index) => renderer.render(agreement(index)));
  return [
    { name: `PDF of ${PAGES} pages, warm, p50`, figure: percentile(times, 50), unit: 'ms', better: 'lower' },
    {
      name: `PDF of ${PAGES} pages, warm, p95`,
      figure: percentile(times, 95),
      unit: 'ms',
      better: 'lower',
      floor: PDF_P95_MS,
    },
  ];
}

/** Twenty guests at the same moment: until the last of them has a document. */
async function crowdRows(renderer: PdfRenderer): Promise<BenchRow[]> {
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: 20 }, (_, index) => renderer.render(agreement(index))));
  return [{ name: '20 PDFs asked at once', figure: performance.now() - startedMs, unit: 'ms', better: 'lower' }];
}

async function textRows(): Promise<BenchRow[]> {
  const rendering = await timesOf(async () => renderTemplate({ title, source, values }));
  const checking = await timesOf(async () => checkTemplate(source, template.ownVariables));
  return [
    { name: 'template to text, p95', figure: percentile(rendering, 95), unit: 'ms', better: 'lower' },
    { name: 'check of a template, p95', figure: percentile(checking, 95), unit: 'ms', better: 'lower' },
  ];
}

async function vaultRows(pdf: Uint8Array): Promise<BenchRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-documents-'));
  const masterKeys = [{ id: 'bench', key: new Uint8Array(randomBytes(32)) }] as const;
  const vault = createDocumentVault({ store: createFileStore({ directory }), masterKeys });
  try {
    const saving = await timesOf(() => vault.save(pdf, 'bench'));
    const stored = await vault.save(pdf, 'bench');
    const reading = await timesOf(() => vault.read(stored, 'bench'));
    return [
      { name: 'encrypt and store (synced), p95', figure: percentile(saving, 95), unit: 'ms', better: 'lower' },
      { name: 'read and decrypt, p95', figure: percentile(reading, 95), unit: 'ms', better: 'lower' },
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** No two alike, as in life. */
function agreement(index: number): PdfInput {
  const { html } = renderTemplate({ title, source, values: { ...values, 'guest.company': `Company ${index}` } });
  const page = documentHtml({ html, title, language: 'en', documentId: `bench-${index}` });
  return { html: page, title, language: 'en', author: 'Northwind', createdAt: new Date(index * 1000) };
}

async function assertPages(pdf: Uint8Array): Promise<void> {
  const pageCount = (await PDFDocument.load(pdf)).getPageCount();
  if (pageCount !== PAGES) throw new Error(`The agreement has ${pageCount} pages, the bench is about ${PAGES}`);
}

async function timesOf(call: (index: number) => Promise<unknown>): Promise<number[]> {
  for (let index = 0; index < WARM_UP; index += 1) await call(index);
  const times: number[] = [];
  for (let index = 0; index < RUNS; index += 1) {
    const startedMs = performance.now();
    await call(index);
    times.push(performance.now() - startedMs);
  }
  return times;
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}

import type { Browser } from 'playwright-core';
import { makeArchival } from '../archival/archival.ts';
import { withEmbeddedFonts } from '../fonts/document-fonts.ts';
import { PdfLimitExceeded } from '../renderer.ts';
import type { PdfInput, PdfRenderer } from '../renderer.ts';
import { createBrowserPool } from './browser-pool.ts';
import { chromiumExecutable } from './executable.ts';
import type { ChromiumOptions } from './executable.ts';

export type PdfLimits = {
  /** Of the HTML, before fonts are added. */
  inputBytes: number;
  outputBytes: number;
  pages: number;
  /** For one document, from the moment it has a browser. */
  renderMs: number;
};

export type PdfRendererOptions = ChromiumOptions & {
  /** Documents made at once. */
  concurrency?: number;
  /** After so many the browser is replaced. */
  documentsPerBrowser?: number;
  limits?: Partial<PdfLimits>;
};

export const defaultPdfLimits: PdfLimits = {
  inputBytes: 2_000_000,
  outputBytes: 20_000_000,
  pages: 60,
  renderMs: 15_000,
};

const LAUNCH_TIMEOUT_MS = 20_000;
/** Beside the blocked requests of each page: no name resolves, so nothing that slips past them can leave. */
const OFFLINE_ARGS = ['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-background-networking'];

export function createPdfRenderer(options: PdfRendererOptions = {}): PdfRenderer {
  const limits = { ...defaultPdfLimits, ...options.limits };
  const pool = createBrowserPool({
    launch: async () => {
      const executable = await chromiumExecutable(options);
      return { ...executable, args: [...executable.args, ...OFFLINE_ARGS], timeout: LAUNCH_TIMEOUT_MS };
    },
    concurrency: options.concurrency ?? 2,
    documentsPerBrowser: options.documentsPerBrowser ?? 200,
  });

  const render = async (input: PdfInput): Promise<Uint8Array> => {
    const inputBytes = Buffer.byteLength(input.html);
    if (inputBytes > limits.inputBytes) {
      throw new PdfLimitExceeded(`The document has ${inputBytes} bytes of HTML, the limit is ${limits.inputBytes}`);
    }
    const html = withEmbeddedFonts(input.html, input.language);
    const { browser, release } = await pool.lease();
    try {
      const printed = await printWithin(browser, html, limits.renderMs);
      return await finish(printed, input, limits);
    } finally {
      await release();
    }
  };

  return { render, close: pool.close };
}

/** Closing the page's context is what stops a rendering that takes too long; the browser stays for the others. */
async function printWithin(browser: Browser, html: string, renderMs: number): Promise<Uint8Array> {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true, serviceWorkers: 'block' });
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PdfLimitExceeded(`Rendering took over ${renderMs} ms`)), renderMs);
  });
  try {
    const page = await context.newPage();
    await page.route('**/*', (route) => route.abort());
    const printing = page
      .setContent(html, { waitUntil: 'load', timeout: renderMs + 1000 })
      .then(() => page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true }));
    printing.catch(() => undefined);
    return await Promise.race([printing, tooLong]);
  } finally {
    clearTimeout(timer);
    await context.close().catch(() => undefined);
  }
}

async function finish(printed: Uint8Array, input: PdfInput, limits: PdfLimits): Promise<Uint8Array> {
  const { title, language, author, createdAt } = input;
  if (printed.length > limits.outputBytes) throw outputTooLarge(printed.length, limits);
  const archival = await makeArchival(printed, { title, language, author, createdAt, producer: 'Countersign' });
  if (archival.pageCount > limits.pages) {
    throw new PdfLimitExceeded(`The document has ${archival.pageCount} pages, the limit is ${limits.pages}`);
  }
  if (archival.bytes.length > limits.outputBytes) throw outputTooLarge(archival.bytes.length, limits);
  return archival.bytes;
}

function outputTooLarge(bytes: number, limits: PdfLimits): PdfLimitExceeded {
  return new PdfLimitExceeded(`The PDF has ${bytes} bytes, the limit is ${limits.outputBytes}`);
}

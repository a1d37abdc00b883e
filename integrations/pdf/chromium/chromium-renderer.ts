import { withEmbeddedFonts } from '../fonts/document-fonts.ts';
import { PdfLimitExceeded } from '../renderer.ts';
import type { PdfInput, PdfRenderer } from '../renderer.ts';
import { createBrowserPool } from './browser-pool.ts';
import type { BrowserPool } from './browser-pool.ts';
import { chromiumExecutable } from './executable.ts';
import type { ChromiumOptions } from './executable.ts';
import type { PrintPage } from './print-page.ts';

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
  /** Called whenever a browser was started. */
  browserStarted?: (() => void) | undefined;
  limits?: Partial<PdfLimits>;
};

export const defaultPdfLimits: PdfLimits = {
  inputBytes: 2_000_000,
  outputBytes: 20_000_000,
  pages: 60,
  renderMs: 15_000,
};

const LAUNCH_TIMEOUT_MS = 20_000;
/** Playwright would end the process on a signal; shutting down in order is the worker's own business. */
const OWN_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
/** Beside the blocked requests of each page: no name resolves, so nothing that slips past them can leave. */
const OFFLINE_ARGS = ['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-background-networking'];

export function createPdfRenderer(options: PdfRendererOptions = {}): PdfRenderer {
  const limits = { ...defaultPdfLimits, ...options.limits };
  const pool = createBrowserPool({
    launch: async () => {
      const executable = await chromiumExecutable(options);
      return { ...executable, args: [...executable.args, ...OFFLINE_ARGS], timeout: LAUNCH_TIMEOUT_MS, ...OWN_SIGNALS };
    },
    concurrency: options.concurrency ?? 2,
    documentsPerBrowser: options.documentsPerBrowser ?? 200,
    ...(options.browserStarted && { started: options.browserStarted }),
  });

  const render = async (input: PdfInput): Promise<Uint8Array> => {
    const inputBytes = Buffer.byteLength(input.html);
    if (inputBytes > limits.inputBytes) {
      throw new PdfLimitExceeded(`The document has ${inputBytes} bytes of HTML, the limit is ${limits.inputBytes}`);
    }
    const html = withEmbeddedFonts(input.html, input.language);
    const printed = await print(pool, html, limits.renderMs);
    return finish(printed, input, limits);
  };

  return { render, close: pool.close };
}

/** A browser that dies under a document is no fault of the document: it is printed once more, with the next one. */
async function print(pool: BrowserPool, html: string, renderMs: number): Promise<Uint8Array> {
  const attempt = async (): Promise<{ printed: Uint8Array } | { died: unknown }> => {
    const { page, release } = await pool.lease();
    try {
      const printed = await printWithin(page, html, renderMs);
      // Making the page ready for the next document is nothing that this one has to wait for.
      void release('clean');
      return { printed };
    } catch (error) {
      const isAlive = page.browserIsAlive();
      await release('broken');
      if (error instanceof PdfLimitExceeded || isAlive) throw error;
      return { died: error };
    }
  };
  const first = await attempt();
  const last = 'died' in first ? await attempt() : first;
  if ('died' in last) throw last.died;
  return last.printed;
}

/** What takes too long is stopped by closing its page; the browser stays for the others. */
async function printWithin(page: PrintPage, html: string, renderMs: number): Promise<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PdfLimitExceeded(`Rendering took over ${renderMs} ms`)), renderMs);
  });
  const printing = page.print(html);
  printing.catch(() => undefined);
  try {
    return await Promise.race([printing, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

async function finish(printed: Uint8Array, input: PdfInput, limits: PdfLimits): Promise<Uint8Array> {
  const { title, language, author, createdAt } = input;
  if (printed.length > limits.outputBytes) throw outputTooLarge(printed.length, limits);
  // What reads and writes PDFs has 20 MB, and is loaded where there are any: this file is part of every process.
  const { makeArchival } = await import('../archival/archival.ts');
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

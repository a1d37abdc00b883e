import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { difference, pagePixels } from '#tests/conformance/pdf/page-pixels.ts';
import { documentFontFamily } from '../fonts/embedding.ts';
import { PdfLimitExceeded } from '../renderer.ts';
import type { PdfInput } from '../renderer.ts';
import { createPdfRenderer } from './chromium-renderer.ts';

const renderer = createPdfRenderer({ concurrency: 2 });
afterAll(() => renderer.close());

function input(body: string, changes: Partial<PdfInput> = {}): PdfInput {
  const style = `@page{size:A5}body{font:12pt ${documentFontFamily}}`;
  return {
    html: `<!doctype html><html lang="en"><head><title>NDA</title><style>${style}</style></head><body>${body}</body></html>`,
    title: 'NDA',
    language: 'en',
    author: 'Northwind',
    createdAt: new Date('2026-11-02T10:00:00.750Z'),
    ...changes,
  };
}

describe('the PDF renderer', { timeout: 60_000 }, () => {
  test('makes a PDF that says what it is, when it was made and in which language', async () => {
    const title = 'Vereinbarung – „Größe“ & <b> 山田\u0000';
    const document = await PDFDocument.load(await renderer.render(input('<h1>Hello</h1>', { title, language: 'de' })), {
      updateMetadata: false,
    });
    expect(document.getTitle()).toBe(title);
    expect(document.getAuthor()).toBe('Northwind');
    expect(document.getCreationDate()?.toISOString()).toBe('2026-11-02T10:00:00.000Z');
    expect(document.catalog.toString()).toContain('/Lang (de)');
  });

  test('gives the same bytes for the same input, also from another browser', async () => {
    const same = input('<h1>Hello</h1><ul><li>山田 <em>x</em></li></ul>');
    const other = createPdfRenderer();
    const [first, second, third] = await Promise.all([
      renderer.render(same),
      renderer.render(same),
      other.render(same),
    ]);
    await other.close();
    expect(Buffer.compare(first, second)).toBe(0);
    expect(Buffer.compare(first, third)).toBe(0);
  });

  test('draws every document with its fonts, however many at once', async () => {
    const same = input('<h1>山田 <em>x</em> محمد สมชาย अनुराधा 김</h1>');
    const many = await Promise.all(Array.from({ length: 40 }, () => renderer.render(same)));
    expect(new Set(many.map((pdf) => Buffer.from(pdf).toString('base64'))).size).toBe(1);
  });

  test('leaves nothing behind that changes the next document', async () => {
    const leaving = (seconds: number): string =>
      `<meta http-equiv="refresh" content="${seconds}; url=about:blank"><p>x</p>`;
    const single = createPdfRenderer({ concurrency: 1 });
    const next = input('<p>next</p>'.repeat(40));
    const expected = await single.render(next);
    for (const seconds of [0, 0, 1, 1]) await single.render(input(leaving(seconds))).catch(() => undefined);
    const endMs = performance.now() + 1_500;
    while (performance.now() < endMs) expect(Buffer.compare(await single.render(next), expected)).toBe(0);
    await single.close();
  });

  test('shows nothing of the machine it runs on', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pdf-'));
    await writeFile(join(directory, 'secret.txt'), 'secret '.repeat(100));
    const frame = (url: string): PdfInput =>
      input(`<iframe src="${url}"></iframe><img src="${url}"><object data="${url}"></object>`);
    const [secret, blank] = [
      await renderer.render(frame(`file://${directory}/secret.txt`)),
      await renderer.render(frame('about:blank')),
    ];
    expect(difference(await pagePixels(secret), await pagePixels(blank))).toBe(0);
    await rm(directory, { recursive: true });
  });

  test('runs no script', async () => {
    const written = await renderer.render(
      input('<p id="x">a</p><script>document.body.innerHTML = "<p>b</p>".repeat(5000)</script>'),
    );
    expect((await PDFDocument.load(written)).getPageCount()).toBe(1);
  });

  test('fetches nothing, from wherever a document can point', async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.end('body { color: red }');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tags = `<link rel="stylesheet" href="${origin}/link"><link rel="preconnect" href="${origin}">
      <meta http-equiv="refresh" content="0.2; url=${origin}/refresh"><style>@import "${origin}/import"; body { background: url(${origin}/bg) }</style>
      <img src="${origin}/img"><iframe src="${origin}/iframe"></iframe><iframe src="file:///etc/passwd"></iframe>
      <object data="${origin}/object"></object><svg><image href="${origin}/svg"/></svg><video src="${origin}/video"></video>`;
    await renderer.render(input(tags)).catch(() => undefined);
    expect(
      Buffer.from(await renderer.render(input('<p>after</p>')))
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    await Promise.all(Array.from({ length: 8 }, () => renderer.render(input('<p>after</p>'))));
    server.close();
    expect(requests).toEqual([]);
  });

  test('refuses input, output and pages over their limits, by name', async () => {
    const strict = createPdfRenderer({ limits: { inputBytes: 5_000, pages: 3 } });
    await expect(strict.render(input('x'.repeat(5_000)))).rejects.toThrow(PdfLimitExceeded);
    await expect(strict.render(input('<p style="break-before:page">x</p>'.repeat(5)))).rejects.toThrow(
      /pages, the limit is 3/,
    );
    await strict.close();
    const small = createPdfRenderer({ limits: { outputBytes: 2_000 } });
    await expect(small.render(input('<p>x</p>'))).rejects.toThrow(PdfLimitExceeded);
    await small.close();
  });

  test('stops a document that takes too long, and makes the next one', async () => {
    const impatient = createPdfRenderer({ concurrency: 1, limits: { renderMs: 1_500, inputBytes: 20_000_000 } });
    await impatient.render(input('<p>x</p>'));
    const endless = '<table><tr><td>'.repeat(400) + 'x '.repeat(200_000);
    const startedMs = performance.now();
    await expect(impatient.render(input(endless))).rejects.toThrow(PdfLimitExceeded);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect((await impatient.render(input('<p>x</p>'))).length).toBeGreaterThan(1_000);
    await impatient.close();
  });

  test('replaces its browser after so many documents, while others are under way', async () => {
    const short = createPdfRenderer({ concurrency: 2, documentsPerBrowser: 3 });
    const made = await Promise.all(Array.from({ length: 10 }, (_, index) => short.render(input(`<p>${index}</p>`))));
    expect(made).toHaveLength(10);
    await short.close();
  });

  test('refuses work after it was closed, and closes twice without complaint', async () => {
    const closed = createPdfRenderer();
    await closed.close();
    await closed.close();
    await expect(closed.render(input('<p>x</p>'))).rejects.toThrow('closed');
  });

  test('says what is missing when there is no browser at the path', async () => {
    const lost = createPdfRenderer({ executablePath: '/nowhere/chromium' });
    await expect(lost.render(input('<p>x</p>'))).rejects.toThrow('/nowhere/chromium');
    await lost.close();
  });
});

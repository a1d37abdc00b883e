import { PDFDocument } from '@cantoo/pdf-lib';
import { createPdfRenderer } from '#integrations/pdf/chromium/chromium-renderer.ts';
import { documentFontFamily } from '#integrations/pdf/fonts/embedding.ts';
import { appendPages } from '#integrations/signing/builtin/append-pages.ts';
import { createOrganizationAuthority } from '#integrations/signing/builtin/authority.ts';
import { sealPdf } from '#integrations/signing/builtin/seal.ts';
import { createLocalTimestampAuthority } from '#integrations/signing/builtin/timestamp.ts';
import { verifyPdf } from '#integrations/signing/verification/verify-pdf.ts';
import type { Bench, BenchRow } from './report.ts';

const runs = 20;

/** Sealing an NDA of five pages with its certificate pages, as the worker does it; rendering is measured in `documents`. */
export const bench: Bench = async () => {
  const renderer = createPdfRenderer();
  const agreement = await renderer.render(pages('Mutual NDA', 5));
  const certificate = await renderer.render(pages('Certificate of signature', 2));
  await renderer.close();
  const keys = await createOrganizationAuthority({ organizationName: 'Acme', now: new Date() });
  const timestampAuthority = createLocalTimestampAuthority({ key: keys.timestamping, clock: () => new Date() });
  const whole = await appendPages(agreement, certificate);
  const seal = () =>
    sealPdf({
      pdf: whole,
      signingKey: keys.signing,
      name: 'Acme',
      reason: 'Signed by Zoë',
      location: '',
      signedAt: new Date(),
      timestampAuthority,
    });
  const sealed = await seal();
  const pageCount = (await PDFDocument.load(sealed)).getPageCount();
  return [
    await timed(`append certificate pages (${pageCount} pages), p95 of ${runs}`, () =>
      appendPages(agreement, certificate),
    ),
    await timed(`seal with timestamp (${Math.round(sealed.length / 1024)} KiB), p95 of ${runs}`, seal, 50),
    await timed(`verify, p95 of ${runs}`, () => verifyPdf(sealed, { now: new Date() })),
  ];
};

const timed = async (name: string, run: () => Promise<unknown>, floor?: number): Promise<BenchRow> => {
  for (let warm = 0; warm < 3; warm++) await run();
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const figure = times[Math.ceil(runs * 0.95) - 1] ?? Infinity;
  return { name, figure, unit: 'ms', better: 'lower', ...(floor === undefined ? {} : { floor }) };
};

const pages = (title: string, count: number) => {
  const page = `<h2>Section</h2>${'<p>The recipient keeps the information confidential and uses it for the purpose only.</p>'.repeat(20)}`;
  const style = `body { font-family: ${documentFontFamily} } section { break-after: page }`;
  return {
    html:
      `<!doctype html><html lang="en"><head><title>${title}</title><style>${style}</style></head><body><h1>${title}</h1>` +
      `${`<section>${page}</section>`.repeat(count - 1)}<section style="break-after: auto">${page}</section></body></html>`,
    title,
    language: 'en',
    author: 'Acme',
    createdAt: new Date(),
  };
};

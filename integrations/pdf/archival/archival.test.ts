import { chromium } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultTemplates } from '#domain/nda/default-template.ts';
import { sampleValues } from '#domain/nda/values.ts';
import { documentHtml } from '#integrations/templating/document-html.ts';
import { renderTemplate } from '#integrations/templating/template.ts';
import { veraPdf } from '#tests/conformance/verapdf/verapdf.ts';
import { createPdfRenderer } from '../chromium/chromium-renderer.ts';
import { chromiumExecutable } from '../chromium/executable.ts';
import { markUnmarkedText } from './structure.ts';

const everything = `> quoted *text*
> > nested

---

| a | b |
|---|--:|
| {{guest.name}} | x |

### heading

- one

  a **bold *both*** paragraph

- two
    1. {{guest.name}}
    2. b

line${'  '}
break
`;
const hostileName = 'Zoë 😀 अनुराधा สมชาย محمد 김철수 山田太郎 𓀀 <b>&"';
const agreements = [
  ...defaultTemplates.map(({ title, language, source, ownVariables }) => {
    return { title, language, source, values: sampleValues(ownVariables) };
  }),
  {
    title: `Everything <&> ${hostileName}`,
    language: 'en',
    source: everything,
    values: { 'guest.name': hostileName },
  },
];

const renderer = createPdfRenderer();
const validator = await veraPdf();
afterAll(() => renderer.close());

/** What the browser alone makes of a page. */
async function asTheBrowserLeavesIt(): Promise<Uint8Array> {
  const browser = await chromium.launch(await chromiumExecutable());
  const page = await browser.newPage();
  await page.setContent('<html lang="en"><title>x</title><ul><li><strong>x</strong></li></ul></html>');
  const pdf = await page.pdf({ tagged: true });
  await browser.close();
  return pdf;
}

describe('agreements as PDF', { timeout: 120_000 }, () => {
  test('default templates and one of everything are PDF/A-2b and PDF/UA-1 by veraPDF', async ({ skip }) => {
    const pdfs = await Promise.all(
      agreements.map(({ title, language, source, values }) => {
        const { html } = renderTemplate({ title, source, values });
        const page = documentHtml({ html, title, language, documentId: '01JD "3Q8"', signatureAnchor: 'sign here' });
        return renderer.render({ html: page, title, language, author: hostileName, createdAt: new Date(0) });
      }),
    );
    if ('absent' in validator) return skip(`veraPDF WAS NOT RUN: ${validator.absent}`);
    const control = await asTheBrowserLeavesIt();
    const { compliant, report } = await validator.validateAll([...pdfs, control], ['2b', 'ua1']);
    expect(compliant, report).toEqual([...pdfs.map(() => true), false]);
  });
});

describe('markUnmarkedText', () => {
  test('marks text outside of marked content as an artifact, and leaves the rest', () => {
    const source = ['q', 'BT', '<01> Tj', 'ET', 'Q', '/P <</MCID 0 >>BDC', 'BT', '<02> Tj', 'ET', 'EMC'].join('\n');
    expect(markUnmarkedText(source).split('\n')).toEqual([
      ...['q', '/Artifact <</Type /Pagination>> BDC', 'BT', '<01> Tj', 'ET', 'EMC', 'Q'],
      ...['/P <</MCID 0 >>BDC', 'BT', '<02> Tj', 'ET', 'EMC'],
    ]);
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { defaultTemplates } from '#domain/nda/default-template.ts';
import { sampleValues } from '#domain/nda/values.ts';
import { documentHtml } from '#integrations/templating/document-html.ts';
import { renderTemplate } from '#integrations/templating/template.ts';
import { veraPdf } from '#tests/conformance/verapdf/verapdf.ts';
import { createPdfRenderer } from '../chromium/chromium-renderer.ts';
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
    return { what: `the default template (${language})`, title, language, source, values: sampleValues(ownVariables) };
  }),
  {
    what: 'a text with every kind of element and every script',
    title: `Everything <&> ${hostileName}`,
    language: 'en',
    source: everything,
    values: { 'guest.name': hostileName },
  },
];

const renderer = createPdfRenderer();
const validator = await veraPdf();
afterAll(() => renderer.close());

describe('an agreement as PDF', { timeout: 120_000 }, () => {
  test.for(agreements)(
    '$what is PDF/A-2b and PDF/UA-1 by veraPDF',
    async ({ title, language, source, values }, { skip }) => {
      const { html } = renderTemplate({ title, source, values });
      const page = documentHtml({ html, title, language, documentId: '01JD "3Q8"', signatureAnchor: 'sign here' });
      const pdf = await renderer.render({ html: page, title, language, author: hostileName, createdAt: new Date(0) });
      if ('absent' in validator) return skip(`veraPDF WAS NOT RUN: ${validator.absent}`);
      const { compliant, report } = await validator.validate(pdf, ['2b', 'ua1']);
      expect(compliant, report).toBe(true);
    },
  );
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

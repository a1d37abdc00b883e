import { createHash } from 'node:crypto';
import type { NdaText } from '#api/nda-text.ts';
import type { NdaTemplateContent } from '#contract/nda-templates.ts';
import { checkOwnVariables, fixedVariables } from '#domain/nda/variables.ts';
import { sampleValues } from '#domain/nda/values.ts';
import type { PdfRenderer } from '#integrations/pdf/renderer.ts';
import { consentDisclosure, type Disclosure } from '#integrations/signing/builtin/disclosure.ts';
import { readSignatureImage, readSignatureText } from '#integrations/signing/builtin/mark.ts';
import { escapeHtml } from '#integrations/templating/agreement-markdown.ts';
import { documentHtml } from '#integrations/templating/document-html.ts';
import { checkTemplate, renderTemplate } from '#integrations/templating/template.ts';

/** Joins the API's need of agreement texts to how they are made. */
export function createNdaText(renderer: PdfRenderer): NdaText {
  const fill = (content: NdaTemplateContent) => {
    const values = sampleValues(content.ownVariables);
    return { values, ...renderTemplate({ title: content.title, source: content.source, values }) };
  };
  return {
    check: (content) => [
      ...checkOwnVariables(content.ownVariables).map(({ name, problem }) => ({
        field: `ownVariables.${name}`,
        code: problem,
        message: ownVariableSentences[problem],
      })),
      ...checkTemplate(content.source, content.ownVariables).map(({ code, message, place }) => ({
        field: place ? `source:${place.line}:${place.column}` : 'source',
        code,
        message,
      })),
    ],
    preview: (content) => {
      const { html, values } = fill(content);
      return { html, variables: Object.entries(values).map(([name, value]) => ({ name, value })) };
    },
    previewPdf: (content, author) => {
      const { title, language } = content;
      const documentId = createHash('sha256').update(content.source).digest('hex').slice(0, 16);
      const html = documentHtml({ html: fill(content).html, title, language, documentId: `sample ${documentId}` });
      return renderer.render({ html, title, language, author, createdAt: new Date() });
    },
    variables: fixedVariables.map(({ name, description, sample }) => ({ name, description, sample })),
    disclosure: (about) => presentDisclosure(consentDisclosure(about)),
    readMark: (mark) => {
      if (mark.kind === 'typed') {
        const reading = readSignatureText(mark.text);
        return reading.outcome === 'text' ? Buffer.from(reading.text, 'utf8') : null;
      }
      return readSignatureImage(mark.image).outcome === 'image' ? mark.image : null;
    },
  };
}

const ownVariableSentences = {
  own_name_invalid: 'Start with a small letter, then letters and digits, 40 at most; words such as “if” are taken.',
  own_name_repeated: 'Two variables have this name.',
  host_value_missing: 'Set a value: it is required, and you are the one who fills it in.',
} as const;

function presentDisclosure({ version, sha256, sections, agreement }: Disclosure) {
  const html = sections
    .map(({ heading, text }) => `<h3>${escapeHtml(heading)}</h3><p>${escapeHtml(text)}</p>`)
    .join('');
  return { version, sha256, html: `${html}<p><strong>${escapeHtml(agreement)}</strong></p>` };
}

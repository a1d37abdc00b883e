import { plainLine } from '#domain/nda/values.ts';
import { documentFontFamily } from '../pdf/fonts/embedding.ts';
import { escapeHtml } from './agreement-markdown.ts';

export type PrintedAgreement = {
  /** From `renderTemplate`. */
  html: string;
  title: string;
  /** BCP 47 language of the text. */
  language: string;
  /** Printed at the foot of each page, so that a page can be matched with its certificate. */
  documentId: string;
  paper?: 'A4' | 'letter';
  /** Text that an outside signing provider looks for to place its signature field; printed small after the last line. */
  signatureAnchor?: string;
};

/** A whole document for the PDF renderer. Fonts are the renderer's to add. */
export function documentHtml(agreement: PrintedAgreement): string {
  const title = plainLine(agreement.title);
  const anchor = agreement.signatureAnchor;
  const direction = /^(ar|fa|he|ur|yi)\b/i.test(agreement.language) ? 'rtl' : 'ltr';
  return `<!doctype html>
<html lang="${escapeHtml(agreement.language)}" dir="${direction}">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
@page {
  size: ${agreement.paper ?? 'A4'};
  margin: 24mm 24mm 26mm;
  @bottom-left { content: ${cssString(agreement.documentId)}; font: 8pt ${documentFontFamily}; color: #555; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt ${documentFontFamily}; color: #555; }
}
${STYLE}
</style>
</head>
<body>
${agreement.html}${anchor === undefined ? '' : `<p class="anchor">${escapeHtml(anchor)}</p>`}
</body>
</html>
`;
}

const STYLE = `
body { margin: 0; font: 10.5pt/1.5 ${documentFontFamily}; color: #111; font-synthesis: none; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6 { font-weight: 600; line-height: 1.25; break-after: avoid; margin: 1.4em 0 0.4em; }
h1 { font-size: 20pt; margin: 0 0 1em; }
h2 { font-size: 12.5pt; }
h3, h4, h5, h6 { font-size: 10.5pt; }
p, ul, ol, blockquote, table { margin: 0 0 0.7em; }
p, li { orphans: 2; widows: 2; }
strong { font-weight: 600; }
ol ol { list-style-type: lower-alpha; }
li > p { margin-bottom: 0.35em; }
blockquote { margin-inline: 1.5em 0; }
hr { border: 0; border-top: 0.5pt solid #999; margin: 1.4em 0; }
table { border-collapse: collapse; }
th, td { border: 0.5pt solid #999; padding: 3pt 6pt; text-align: start; vertical-align: top; }
mark { background: none; color: inherit; }
.anchor { margin-top: 3em; font-size: 4pt; color: #999; }
`.trim();

/** CSS Syntax 3, 4.3.7: as hexadecimal escapes, so that nothing can end the string or the style element. */
function cssString(text: string): string {
  const escaped = [...plainLine(text)].map((character) =>
    /[A-Za-z0-9 ]/.test(character) ? character : `\\${(character.codePointAt(0) ?? 0).toString(16)} `,
  );
  return `"${escaped.join('')}"`;
}

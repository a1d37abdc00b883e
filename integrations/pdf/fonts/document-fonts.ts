import { embeddedFonts } from './embedding.ts';

/**
 * The document with the fonts that its text needs, as a style element at the start of its head. A character that no font has is
 * written as its code point, `[U+13000]`, since a blank in an agreement would be worse, and PDF/A forbids glyphs that do not exist.
 */
export function withEmbeddedFonts(html: string, language: string): string {
  const raw = decodeNumericReferences(html);
  const weights = /<(h[1-6]|strong|b|th)[\s>]/i.test(raw) ? [400, 600] : [400];
  const italic = /<(em|i|cite)[\s>]|italic/i.test(raw);
  const fonts = embeddedFonts(raw, language, weights, italic);
  let readable = raw;
  for (const character of fonts.uncovered) readable = readable.replaceAll(character, codePointNotation(character));
  const style = `<style>${fonts.css}</style>`;
  return /<head[^>]*>/i.test(readable)
    ? readable.replace(/<head[^>]*>/i, (head) => head + style)
    : readable.replace(/^(\s*<!doctype[^>]*>)?/i, (doctype) => doctype + style);
}

/** `&#20320;` draws a character that the text does not show; markup characters stay as they are. */
function decodeNumericReferences(html: string): string {
  return html.replace(/&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));/gi, (reference, hex?: string, decimal?: string) => {
    const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const drawable = codePoint > 0xff && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
    return drawable ? String.fromCodePoint(codePoint) : reference;
  });
}

function codePointNotation(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `[U+${hex}]`;
}

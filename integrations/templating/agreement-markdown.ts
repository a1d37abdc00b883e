import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';

/**
 * Markdown to HTML for agreements. What can be written is listed here; links, images, HTML, code and entities cannot, so what the
 * text says is what it shows.
 *
 * A value of a variable is one place-holder character (private use) while Markdown is read, and becomes text only when text is
 * written: whatever a guest's name contains, it cannot become structure.
 */
const FIRST_PLACE_HOLDER = 0xe000;
export const PLACE_HOLDER_LIMIT = 0x1900;
const PLACE_HOLDERS = /[\uE000-\uF8FF]/g;

export const hasPlaceHolder = (text: string): boolean => text.search(PLACE_HOLDERS) !== -1;
export const placeHolder = (index: number): string => String.fromCharCode(FIRST_PLACE_HOLDER + index);

const markdown = new MarkdownIt('zero', { html: false, linkify: false, typographer: false, maxNesting: 20 } as never)
  .enable(['heading', 'lheading', 'list', 'hr', 'blockquote', 'table'])
  .enable(['emphasis', 'newline', 'escape']);

markdown.renderer.rules['text'] = (tokens, index, _options, env) => {
  const values = (env as { values: readonly string[] }).values;
  return filled(tokens[index]?.content ?? '', values, (value) => `<mark><bdi>${escapeHtml(value)}</bdi></mark>`);
};

/** @param values by place holder, as plain lines. */
export function agreementHtml(source: string, values: readonly string[]): string {
  const env = { values };
  return markdown.renderer.render(withLevels(markdown.parse(source, env)), markdown.options, env);
}

/** The same text without markup, a paragraph a line: for mail, search and comparing. */
export function agreementText(source: string, values: readonly string[]): string {
  const lines = markdown
    .parse(source, {})
    .filter((token) => token.type === 'inline')
    .map((token) => (token.children ?? []).map((child) => inlineText(child, values)).join(''));
  return `${lines.join('\n\n')}\n`;
}

function inlineText(token: Token, values: readonly string[]): string {
  if (token.type === 'softbreak' || token.type === 'hardbreak') return '\n';
  return token.content.replace(PLACE_HOLDERS, (character) => valueOf(character, values));
}

function filled(text: string, values: readonly string[], show: (value: string) => string): string {
  const parts = text.split(/([\uE000-\uF8FF])/);
  return parts.map((part, index) => (index % 2 === 0 ? escapeHtml(part) : show(valueOf(part, values)))).join('');
}

function valueOf(character: string, values: readonly string[]): string {
  return values[character.charCodeAt(0) - FIRST_PLACE_HOLDER] ?? '';
}

/**
 * The title is the document's h1, so the source's headings start at h2, and none is skipped on the way down (PDF/UA-1, 7.4.2; WCAG
 * 2.2, 1.3.1), whatever levels the author chose for their looks.
 */
function withLevels(tokens: Token[]): Token[] {
  const open: number[] = [];
  for (const token of tokens) {
    if (token.type !== 'heading_open' && token.type !== 'heading_close') continue;
    if (token.type === 'heading_open') {
      const level = Number(token.tag.slice(1));
      while ((open.at(-1) ?? 0) >= level) open.pop();
      open.push(level);
    }
    token.tag = `h${Math.min(6, 1 + open.length)}`;
  }
  return tokens;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

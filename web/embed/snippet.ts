export type EmbedKind = 'inline' | 'popup' | 'button';

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** What a host pastes into their own page. */
export function snippetOf(kind: EmbedKind, origin: string, path: string, label: string): string {
  const script = `<script src="${origin}/embed.js" async></script>`;
  switch (kind) {
    case 'inline':
      return `<div data-countersign="${path}"></div>\n${script}`;
    case 'popup':
      return `<a href="${origin}${path}" data-countersign-popup>${escape(label)}</a>\n${script}`;
    case 'button':
      return `<script src="${origin}/embed.js" data-button="${path}" data-label="${escape(label)}" async></script>`;
  }
}

import { describe, expect, it } from 'vitest';
import { escapeHtml, linesOf, oneLine, strangersLine, webLink } from './safe-text.ts';

describe('text that people typed', () => {
  it('is inert in HTML text and in quoted attributes', () => {
    expect(escapeHtml(`<a href="x" title='y'>&amp;`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;');
  });

  it('becomes one line of whole characters, with a sign where it was cut', () => {
    expect(oneLine(' a\r\n\tb\u202ec ', 10)).toBe('a b c');
    expect(oneLine('😀😀😀😀', 3)).toBe('😀😀…');
  });

  it('loses its web addresses when a stranger typed it', () => {
    expect(strangersLine('Ada https://evil.example HTTP://two.example', 80)).toBe('Ada evil.example two.example');
  });

  it('keeps its lines where a place has several', () => {
    expect(linesOf('Main Street 1\r\n\r\n3rd floor\u2028bell', 2, 80)).toBe('Main Street 1\n3rd floor');
  });
});

describe('a link in a mail', () => {
  it('is of the web', () => {
    expect(webLink('https://example.org/b/1?a="b')).toBe('https://example.org/b/1?a=%22b');
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '/relative', ''])
      expect(() => webLink(url)).toThrow(RangeError);
  });
});

/** RFC 5545, 3.1: a content line is at most 75 octets without its CRLF; what is longer goes on after CRLF and one space. */
const maxLineOctets = 75;

/** C0 and C1 controls but HTAB, and the bidirectional overrides that would let a name rewrite the text around it. */
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const anyNewline = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/** A TEXT value (RFC 5545, 3.3.11): newlines of every kind become `\n`, separators are escaped, controls are dropped. */
export function textValue(text: string): string {
  return text
    .toWellFormed()
    .split(anyNewline)
    .map((line) => line.replace(forbidden, '').replace(/[\\;,]/g, '\\$&'))
    .join('\\n');
}

/**
 * `;CN="…"`, or nothing for a name of which nothing is left (an empty quoted value confuses readers). Double quotes cannot occur
 * in a parameter (RFC 5545, 3.2) and become single ones; backslashes, which lax readers take for escapes, become slashes; `^` is
 * doubled, because readers of RFC 6868 would take `^n` and `^'` for escapes.
 */
export function commonName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(anyNewline, ' ')
    .replaceAll('\t', ' ')
    .replace(forbidden, '')
    .replace(/["“”]/g, "'")
    .replaceAll('\\', '/')
    .replaceAll('^', '^^')
    .trim();
  return clean === '' ? '' : `;CN="${clean}"`;
}

/** A `mailto:` address (RFC 6068); whatever could end the line or the URI is percent-encoded. */
export function calendarAddress(email: string): string {
  // eslint-disable-next-line no-control-regex
  return `mailto:${email.toWellFormed().replace(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029"%;:<>?\\^`{|}]/g, encodeURIComponent)}`;
}

/** `20261125T091500Z`: form 2 of DATE-TIME (RFC 5545, 3.3.5), whole seconds. */
export function utcDateTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Folds by octets, never inside a character. */
export function foldLine(line: string): string {
  const folded: string[] = [];
  let current = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character, 'utf8');
    if (octets + size > maxLineOctets) {
      folded.push(current);
      current = ' ';
      octets = 1;
    }
    current += character;
    octets += size;
  }
  return [...folded, current].join('\r\n');
}

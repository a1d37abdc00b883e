/** Controls, line separators and bidirectional overrides. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** One printable line of at most `lengthLimit` characters. */
export function oneLine(text: string, lengthLimit: number): string {
  const line = text.toWellFormed().replace(unprintable, ' ').replace(/ {2,}/g, ' ').trim();
  return [...line].length <= lengthLimit
    ? line
    : `${[...line]
        .slice(0, lengthLimit - 1)
        .join('')
        .trimEnd()}…`;
}

/**
 * What a stranger typed, made fit for a sentence in a mail to somebody else: one short line without web addresses (a booking form
 * must not become a way to mail links to third parties), and right-to-left names isolated so that they do not turn the sentence around.
 */
export function strangersLine(text: string, lengthLimit: number): string {
  const line = oneLine(text.replace(/[a-z][a-z0-9+.-]*:\/\//gi, ''), lengthLimit);
  return rightToLeft.test(line) ? `\u2068${line}\u2069` : line;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** @throws RangeError for a link that is not http or https: links are made by us, never by a guest. */
export function webLink(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new RangeError(`A mail links to http or https only, got ${JSON.stringify(url)}`);
  }
  return parsed.href;
}

/** At most `linesLimit` printable lines, empty ones left out. */
export function linesOf(text: string, linesLimit: number, lineLengthLimit: number): string {
  const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((line) => oneLine(line, lineLengthLimit));
  return lines
    .filter((line) => line !== '')
    .slice(0, linesLimit)
    .join('\n');
}

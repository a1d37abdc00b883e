/** What is read of them: more than servers say, and no more than can be searched at once. */
const readCharacters = 2_000;
const keptCharacters = 500;

/** Whatever stands around an @. A full stop at its end belongs to the sentence. */
const address = /[^\s<>()[\]"',;:]+@[^\s<>()[\]"',;:]*[^\s<>()[\]"',;:.]/gu;

/**
 * A mail server's words without the e-mail addresses in them, at most 500 characters: they say why a mail did not arrive, and are kept beside
 * it. @param known addresses that the mail was for: servers name them by the part before the @ alone, too.
 */
export function withoutAddresses(words: string, known: readonly string[]): string {
  const withoutWhole = words.slice(0, readCharacters).replace(address, '…');
  const names = known.map((one) => one.slice(0, Math.max(one.lastIndexOf('@'), 0))).filter((name) => name !== '');
  return names.reduce(withoutWord, withoutWhole).slice(0, keptCharacters);
}

function withoutWord(words: string, word: string): string {
  const literal = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return words.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'giu'), '…');
}

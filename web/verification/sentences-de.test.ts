import { expect, test } from 'vitest';
import type { Verification } from '#contract/verification.ts';
import { germanSentences } from './sentences-de.ts';

const seal: Verification['seals'][number] = {
  intact: true,
  reason: null,
  coversWholeFile: true,
  sealedBy: 'Demo Organization',
  certificateSha256: 'ab12',
  trust: 'trusted',
  timestamp: { at: '2026-12-04T09:00:00Z', authority: 'Demo', trust: 'own_clock', independent: false },
};
const agreement = {
  documentId: 'd1',
  sha256: 'cd34',
  matches: true,
  templateName: 'NDA',
  templateVersion: 2,
  signerName: 'Grace Guest',
  signerEmail: 'grace@example.net',
  signedAt: '2026-12-04T09:00:00Z',
};
const report = (changes: Partial<Verification>): Verification => ({
  ...{ verdict: 'intact', sha256: 'ef56', seals: [seal], agreement, known: null, sentences: [] },
  ...changes,
});

test('says who sealed and who signed, and does not call the sealing party’s own clock a witness', () => {
  const text = germanSentences(report({})).join('\n');
  expect(text).toContain('Gesiegelt von Demo Organization.');
  expect(text).toContain('kein unabhängiger Zeuge');
  expect(text).toContain('Unterschrieben von Grace Guest <grace@example.net> am 2026-12-04 09:00 UTC');
});

test.each([
  ['trusted', 'einer unabhängigen Stelle, der hier vertraut wird'],
  ['not_checked', 'angegeben von Demo, Stelle nicht geprüft'],
  ['unknown', 'keiner der Stellen, denen hier vertraut wird'],
  ['unfit', 'Verlassen Sie sich nicht darauf'],
] as const)('says whose word a timestamp is that is %s', (trust, words) => {
  const timestamp = { at: '2026-12-04T09:00:00Z', authority: 'Demo', trust, independent: trust === 'trusted' };
  expect(germanSentences(report({ seals: [{ ...seal, timestamp }] })).join('\n')).toContain(words);
});

test('leaves the claim with whoever sealed, when their certificate is not known here', () => {
  const text = germanSentences(report({ seals: [{ ...seal, trust: 'unknown' }] })).join('\n');
  expect(text).toContain('Laut dem, der gesiegelt hat, unterschrieben');
});

test('a seal that does not hold is called so, whatever it claims', () => {
  const [first] = germanSentences(report({ seals: [{ ...seal, intact: false }], agreement: null }));
  expect(first).toBe('Ein Siegel hält nicht.');
});

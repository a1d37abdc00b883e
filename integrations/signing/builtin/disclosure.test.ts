import { describe, expect, it } from 'vitest';
import { consentDisclosure } from './disclosure.ts';

const input = { organizationName: 'Acme', contactEmail: 'legal@acme.example', language: 'en' };

describe('consentDisclosure', () => {
  it.each([
    ['en', ['paper', 'withdraw', 'nothing else', 'legal@acme.example', 'web browser', 'PDF']],
    ['de-AT', ['Papier', 'widerrufen', 'für nichts sonst', 'legal@acme.example', 'Browser', 'PDF']],
  ])('tells in %s of paper, withdrawal, scope, contact, and what it takes', (language, words) => {
    const { sections, title, agreement } = consentDisclosure({ ...input, language });
    const text = [title, ...sections.flatMap(({ heading, text: body }) => [heading, body]), agreement].join(' ');
    for (const word of words) expect(text).toContain(word);
  });

  it('has another hash for other words', () => {
    const hashes = [input, { ...input, language: 'de' }, { ...input, organizationName: 'Beta' }].map(
      (one) => consentDisclosure(one).sha256,
    );
    expect(new Set(hashes).size).toBe(3);
    expect(consentDisclosure(input).sha256).toBe(hashes[0]);
  });

  it('is not changed without a new version', () => {
    const { version, sha256 } = consentDisclosure(input);
    expect({ version, sha256, german: consentDisclosure({ ...input, language: 'de' }).sha256 }).toMatchInlineSnapshot(`
      {
        "german": "9f145ff66a790d93318711bd912414b7c96293156e0a975ec3521e7139f60fd1",
        "sha256": "79512feafdb1cba7878d80642a862157983b8fe6bfe04254d4d91c6f1892a12b",
        "version": "2026-11",
      }
    `);
  });
});

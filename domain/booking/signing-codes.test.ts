import { describe, expect, it } from 'vitest';
import { codeRules, mayHaveNewCode, triesAreUsedUp } from './signing-codes.ts';

const now = new Date('2026-11-28T10:00:00Z');
const none = { codeSentAt: null, codesSent: 0, codeWrongTries: 0 };
const sentAgo = (ms: number) => new Date(now.getTime() - ms);

describe('another code', () => {
  it.each([
    ['is sent when there was none', none, { outcome: 'allowed' }],
    [
      'waits for half a minute',
      { ...none, codesSent: 1, codeSentAt: sentAgo(100) },
      { outcome: 'too_soon', waitSeconds: 30 },
    ],
    ['is sent after that', { ...none, codesSent: 1, codeSentAt: sentAgo(30_000) }, { outcome: 'allowed' }],
    ['is the tenth at most', { ...none, codesSent: 9 }, { outcome: 'allowed' }],
    [
      'is refused after the tenth, however soon',
      { ...none, codesSent: 10, codeSentAt: now },
      { outcome: 'limit_reached' },
    ],
    ['is refused after twenty wrong tries', { ...none, codeWrongTries: 20 }, { outcome: 'limit_reached' }],
  ])('%s', (_what, codes, decision) => expect(mayHaveNewCode(codes, now)).toEqual(decision));

  it('brings tries that are used up before all codes are', () => {
    expect(codeRules.codesInAll * codeRules.triesEach).toBeGreaterThan(codeRules.wrongTriesInAll);
    expect(triesAreUsedUp({ ...none, codeWrongTries: 19 })).toBe(false);
    expect(triesAreUsedUp({ ...none, codeWrongTries: 20 })).toBe(true);
  });
});

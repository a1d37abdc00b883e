/**
 * One-time codes for a signer, six digits each. All bounds together leave whoever holds the guest's link, but not the mailbox, 20 guesses
 * out of a million for an agreement; and a mailbox gets ten mails at most. A new envelope, another address or the host begins anew.
 */
export const codeRules = { minutes: 10, everySeconds: 30, triesEach: 5, codesInAll: 10, wrongTriesInAll: 20 } as const;

/** Of one envelope, so far. */
export type Codes = { codeSentAt: Date | null; codesSent: number; codeWrongTries: number };

/** No code fits any more, however right. */
export function triesAreUsedUp({ codeWrongTries }: Codes): boolean {
  return codeWrongTries >= codeRules.wrongTriesInAll;
}

export type NewCode =
  { outcome: 'allowed' } | { outcome: 'limit_reached' } | { outcome: 'too_soon'; waitSeconds: number };

/** Whether another code may be sent: each brings tries of its own. */
export function mayHaveNewCode(codes: Codes, now: Date): NewCode {
  if (triesAreUsedUp(codes) || codes.codesSent >= codeRules.codesInAll) return { outcome: 'limit_reached' };
  const waitMs = (codes.codeSentAt?.getTime() ?? 0) + codeRules.everySeconds * 1000 - now.getTime();
  return waitMs > 0 ? { outcome: 'too_soon', waitSeconds: Math.ceil(waitMs / 1000) } : { outcome: 'allowed' };
}

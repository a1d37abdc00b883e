import type { z } from 'zod';
import type { AuditEntry } from '#contract/bookings.ts';
import { host } from '../messages/host.ts';

export type AuditItem = z.infer<typeof AuditEntry>;

/** `nda.sent` → `NDA sent`: actions are stable codes; this is how they read where no sentence of their own exists. */
export function actionText(action: string): string {
  const words = action.replace(/[._]/g, ' ').replace(/\bnda\b/g, 'NDA');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Why a booking needs a look, as far as there is a sentence for it. */
export function attentionText(attention: { step: string; reason: string }): string {
  if (attention.step !== 'guest_address') return attention.reason;
  return host.t.booking.addressTrouble[attention.reason] ?? attention.reason;
}

/** What of the detail a person can read: short plain values, no ids and no hashes. */
export function detailText(detail: AuditItem['detail']): string {
  return Object.entries(detail)
    .filter(
      ([name, value]) =>
        !/id$|sha256/i.test(name) &&
        (typeof value === 'string' || typeof value === 'number') &&
        String(value).length <= 120,
    )
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(' · ');
}

import { host } from '../messages/host.ts';

/** Why a booking needs a look, as far as there is a sentence for it. */
export function attentionText(attention: { step: string; reason: string }): string {
  if (attention.step !== 'guest_address') return attention.reason;
  return host.t.booking.addressTrouble[attention.reason] ?? attention.reason;
}

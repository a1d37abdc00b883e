import { createHash } from 'node:crypto';

/** What is made once for each NDA that a booking is signed with: the first keeps the plain name, each renewal has its own. */
export const inRound = (purpose: string, round: number): string => (round === 0 ? purpose : `${purpose}-${round}`);

/** The same booking and purpose give the same UUID (version 8, RFC 9562): a repeated activity names the same thing. */
export function derivedId(purpose: string, bookingId: string): string {
  const hash = createHash('sha256').update(`${purpose}:${bookingId}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

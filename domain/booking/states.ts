/**
 * A booking's life:
 *
 *   requested ─▶ held ─▶ confirmed ─▶ completed ◀─▶ no_show (the host's word, which may be taken back)
 *       │         │  ▲        │
 *       ▼         │  │ late   ├─▶ canceled
 *    refused      ▼  │        └─▶ (rescheduled: stays confirmed, its claim moves, at once or when signed anew: moves.ts)
 *              expired ─▶ displaced ─▶ confirmed (the guest chose another time)
 *              declined | canceled | released
 *
 * What holds in each state:
 * - requested: a row, no claim; nobody was told anything yet.
 * - held: one live claim with an expiry; gates are open (the signature, for now).
 * - confirmed: one live claim without expiry; every gate is closed. A second one, with an expiry, while it is about to move.
 * - displaced: the NDA is signed, but late, and the time had gone to somebody else: no claim; the guest chooses again.
 * - all others: no live claim. `expired` can still become confirmed or displaced by a late signature.
 */
export const bookingStatuses = [
  'requested',
  'refused',
  'held',
  'confirmed',
  'completed',
  'no_show',
  'canceled',
  'expired',
  'declined',
  'released',
  'displaced',
] as const;
export type BookingStatus = (typeof bookingStatuses)[number];

/** The signature gate: what the guest's NDA is at. */
export const ndaStatuses = [
  'not_required',
  'pending',
  'created',
  'sent',
  'signed',
  'completed',
  'declined',
  'voided',
] as const;
export type NdaStatus = (typeof ndaStatuses)[number];

/** States whose claim keeps others out. */
export const liveStatuses = ['held', 'confirmed'] as const satisfies readonly BookingStatus[];

export function isLive(status: BookingStatus): boolean {
  return status === 'held' || status === 'confirmed';
}

/** Nothing can follow by itself: the workflow is done. */
export function isOver(status: BookingStatus): boolean {
  return status !== 'requested' && status !== 'held' && status !== 'confirmed' && status !== 'displaced';
}

/** The guest has signed: stored (`completed`) or still to be fetched and stored (`signed`). */
export function isSigned(status: NdaStatus): boolean {
  return status === 'signed' || status === 'completed';
}

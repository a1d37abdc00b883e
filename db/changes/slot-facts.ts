import type { ReleaseReason } from '#domain/events.ts';
import { asFact, type Occupied } from '../queries/claims.ts';
import type { FactInput } from '../queries/outbox.ts';

type Time = { startsAt: Date; endsAt: Date };

/** @param expiresAt until when it is held; null: until somebody ends it. */
export function slotHeld(time: Time, during: Occupied, expiresAt: Date | null): FactInput {
  return {
    type: 'slot.held',
    data: { ...timesOf(time, during), expiresAt: expiresAt?.toISOString() ?? null },
  };
}

export function slotReleased(time: Time, during: Occupied, reason: ReleaseReason): FactInput {
  return { type: 'slot.released', data: { ...timesOf(time, during), reason } };
}

const timesOf = ({ startsAt, endsAt }: Time, during: Occupied) => ({
  during: asFact(during),
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});

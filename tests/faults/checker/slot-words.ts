import type { FactSeen } from './evidence.ts';

type Held = { from: number; to: number; isMove: boolean };
export type SlotWords = {
  /** What is said to be held in the end: a booking's own time, and the one that it would move to. */
  held: readonly Held[];
  ended: readonly (Held & { reason: string })[];
  /** Held that was held, or let go that was not. */
  muddled: readonly string[];
  /** The place in the list of each fact that says something about a move, and what. */
  moves: ReadonlyMap<number, 'held' | 'ended'>;
};

/**
 * What a booking's facts say about its slots, read in their order. A time that is held with an end, beside the booking's own, is one to move to.
 * When the move is made, the old time is let go and the new one, held already, is said to be held for good.
 */
export function slotWords(facts: readonly FactSeen[]): SlotWords {
  let own: Held | null = null;
  let move: Held | null = null;
  const ended: (Held & { reason: string })[] = [];
  const muddled: string[] = [];
  const moves = new Map<number, 'held' | 'ended'>();
  for (const [place, { type, data }] of facts.entries()) {
    if (type !== 'slot.held' && type !== 'slot.released') continue;
    const time = timeOf(data);
    if (type === 'slot.held') {
      const isMove: boolean = own !== null && data['expiresAt'] !== null;
      if (isMove ? move !== null : own !== null || (move !== null && !isSame(move, time))) muddled.push('held twice');
      if (isMove) moves.set(place, 'held');
      if (isMove) move = { ...time, isMove };
      else [own, move] = [{ ...time, isMove }, null];
    } else {
      const isMove: boolean = move !== null && isSame(move, time) && data['reason'] !== 'rescheduled';
      if (!(isMove ? move : own && isSame(own, time))) muddled.push('let go of, and not held');
      ended.push({ ...time, isMove, reason: String(data['reason']) });
      if (isMove) moves.set(place, 'ended');
      if (isMove) move = null;
      else own = null;
    }
  }
  return { held: [own, move].flatMap((one) => one ?? []), ended, muddled, moves };
}

function timeOf(data: Readonly<Record<string, unknown>>): { from: number; to: number } {
  const { from, to } = data['during'] as { from: string; to: string };
  return { from: Date.parse(from), to: Date.parse(to) };
}

const isSame = (one: { from: number; to: number }, other: { from: number; to: number }): boolean =>
  one.from === other.from && one.to === other.to;

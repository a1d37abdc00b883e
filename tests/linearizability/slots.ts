import type { Model } from './check.ts';

/** What a host's time was asked for. Times are quarters of an hour, from the first one up to the second; bookings have names. */
export type SlotCall =
  /** `firm` ones are confirmed at once; the others wait for a signature, and can run out. */
  | { do: 'hold'; booking: string; from: number; to: number; firm: boolean }
  | { do: 'cancel' | 'release' | 'read'; booking: string }
  | { do: 'move'; booking: string; from: number; to: number }
  /** The hold's minutes have passed. */
  | { do: 'run out'; booking: string };
/** `yes`: held, canceled, let go, moved, alive. `taken`: somebody else has the time. `no`: that cannot be done to it (any more). */
export type SlotAnswer = 'yes' | 'taken' | 'no';

type Booking = { from: number; to: number; firm: boolean };
type Slots = {
  /** Bookings that keep others out. */
  live: ReadonlyMap<string, Booking>;
  /** Holds that ran out: whether anybody has ended them yet makes no difference to others. */
  runOut: ReadonlySet<string>;
};

/** One host's time: live bookings never overlap, and whatever is let go or has run out is free. */
export const slots: Model<Slots, SlotCall, SlotAnswer> = {
  initial: { live: new Map(), runOut: new Set() },
  nameOf: ({ live, runOut }) =>
    [...[...live].map(([name, { from, to }]) => `${name}@${from}-${to}`), ...runOut].sort().join(' '),
  after: (state, call, answer) =>
    possible(state, call).flatMap((one) => (answer === null || one.answer === answer ? [one.state] : [])),
};

type Possibility = { answer: SlotAnswer; state: Slots };

function possible(state: Slots, call: SlotCall): readonly Possibility[] {
  const stays = (answer: SlotAnswer): Possibility => ({ answer, state });
  const becomes = (booking: Booking): Possibility => ({ answer: 'yes', state: put(state, call.booking, booking) });
  if (call.do === 'hold') return [isFree(state, call) ? becomes(call) : stays('taken')];
  if (state.runOut.has(call.booking)) return call.do === 'move' ? [stays('no')] : [stays('yes'), stays('no')];
  const booking = state.live.get(call.booking);
  if (!booking) return [stays(call.do === 'run out' ? 'yes' : 'no')];
  switch (call.do) {
    case 'read':
      return [stays('yes')];
    case 'cancel':
      return [{ answer: 'yes', state: without(state, call.booking) }];
    case 'release':
      return [booking.firm ? stays('no') : { answer: 'yes', state: without(state, call.booking) }];
    case 'move':
      if (!booking.firm) return [stays('no')];
      return [isFree(without(state, call.booking), call) ? becomes({ ...booking, ...timeOf(call) }) : stays('taken')];
    case 'run out': {
      if (booking.firm) return [stays('yes')];
      const runOut = new Set([...state.runOut, call.booking]);
      return [{ answer: 'yes', state: { live: without(state, call.booking).live, runOut } }];
    }
  }
}

const timeOf = ({ from, to }: { from: number; to: number }) => ({ from, to });

function isFree({ live }: Slots, { from, to }: { from: number; to: number }): boolean {
  return [...live.values()].every((other) => other.to <= from || to <= other.from);
}

function put(state: Slots, name: string, { from, to, firm }: Booking): Slots {
  return { ...state, live: new Map([...state.live, [name, { from, to, firm }]]) };
}

function without(state: Slots, name: string): Slots {
  return { ...state, live: new Map([...state.live].filter(([other]) => other !== name)) };
}

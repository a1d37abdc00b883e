import type { Chance } from './chance.ts';

/**
 * Kinds of meeting: `plain` confirms at once, `nda` needs a signature, `brief` has a signature gate and a hold of one minute; `renewed` asks for
 * another signature when it moves.
 */
export const meetingKinds = ['plain', 'nda', 'brief', 'renewed'] as const;
export type MeetingKind = (typeof meetingKinds)[number];

/** A start: days after the first one of the run, and quarters of an hour after midnight UTC. */
export type Start = { day: number; quarter: number };

/** What somebody does. `which` counts back from the newest booking that fits when it is done. */
export type Operation =
  | ({ do: 'hold'; host: number; kind: MeetingKind; repeats: boolean } & Start)
  | { do: 'sign' | 'decline' | 'hold_runs_out'; which: number }
  /** About a move that waits for a new signature. */
  | { do: 'sign_move' | 'decline_move' | 'give_up_move' | 'move_runs_out'; which: number }
  | { do: 'guest_cancel' | 'host_cancel' | 'host_release' | 'resend'; which: number }
  | ({ do: 'guest_reschedule' | 'host_reschedule'; which: number } & Start)
  | { do: 'read_booking' | 'read_document' | 'open_page'; which: number }
  | { do: 'read_slots'; host: number; kind: MeetingKind; day: number }
  | { do: 'webhook_again' | 'webhook_forged' | 'webhook_unknown'; which: number }
  | { do: 'sweep' };
export type OperationName = Operation['do'];

export const hostCount = 4;

const weights: Readonly<Record<OperationName, number>> = {
  hold: 270,
  sign: 130,
  decline: 20,
  hold_runs_out: 30,
  sign_move: 30,
  decline_move: 5,
  give_up_move: 5,
  move_runs_out: 5,
  guest_cancel: 60,
  host_cancel: 30,
  host_release: 30,
  resend: 20,
  guest_reschedule: 50,
  host_reschedule: 50,
  read_booking: 90,
  read_document: 20,
  open_page: 10,
  read_slots: 90,
  webhook_again: 60,
  webhook_forged: 20,
  webhook_unknown: 10,
  sweep: 10,
};

const weightOfAll = Object.values(weights).reduce((sum, weight) => sum + weight, 0);

/** As many holds of one host as fill a day about twice: enough that they meet. */
const holdsPerDay = 60;
const reach = 30;

/** The operation number `index` of `count`. Times wander through the days, so that there is always room, and always somebody in it. */
export function drawOperation(chance: Chance, index: number, count: number): Operation {
  const dayNow = daysOf(index);
  const start = (): Start => ({ day: dayNow + chance.below(2), quarter: chance.below(96) });
  const which = chance.below(reach);
  const name = chance.weighted(weights);
  switch (name) {
    case 'hold':
      return {
        do: name,
        host: chance.below(hostCount),
        kind: chance.pick(meetingKinds),
        repeats: chance.below(4) === 0,
        ...start(),
      };
    case 'guest_reschedule':
    case 'host_reschedule':
      return { do: name, which, ...start() };
    case 'read_slots':
      return {
        do: name,
        host: chance.below(hostCount),
        kind: chance.pick(meetingKinds),
        day: chance.below(daysOf(count) + 1),
      };
    case 'sweep':
      return { do: name };
    default:
      return { do: name, which };
  }
}

function daysOf(operations: number): number {
  return Math.floor((operations * weights.hold) / weightOfAll / hostCount / holdsPerDay);
}

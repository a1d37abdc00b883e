import type { OperationName, MeetingKind } from '../plan/operations.ts';
import type { Asked } from './ask.ts';

/** A booking as its guest knows it. */
export type KnownBooking = {
  /** The Idempotency-Key it was asked for with: the same one, asked again, must give the same answer. */
  key: string;
  host: number;
  kind: MeetingKind;
  startsAt: string;
  guestEmail: string;
  /** From the first answer that said yes. */
  id: string;
  token: string;
};

/** What somebody was told. */
export type Told = {
  operation: OperationName;
  /** Of the booking, where it is about one. */
  bookingId: string | null;
  /** `done` with a success, a problem's code with a refusal. */
  outcome: string;
  startedAt: number;
  endedAt: number;
  /** Where a reschedule was to. */
  startsAt?: string;
};

/** Holds that were refused: their keys, with the code. */
export type RefusedHold = { key: string; code: string };

/** What the people of a run have done and been told: all that the checker believes them. */
export class Journal {
  readonly bookings: KnownBooking[] = [];
  /** Addresses that asked for a slot, whatever came of it. */
  readonly askedAs = new Set<string>();
  readonly told: Told[] = [];
  readonly refusedHolds: RefusedHold[] = [];
  /** What a person saw that cannot be: two answers to one request. */
  readonly contradictions: string[] = [];

  /** The booking `which` places before the newest one of those that fit. */
  pick(which: number, fits: (booking: KnownBooking) => boolean = () => true): KnownBooking | null {
    const fitting = this.bookings.slice(-200).filter(fits);
    return fitting.at(-1 - (which % Math.max(fitting.length, 1))) ?? null;
  }

  /** What was told of a booking, of these operations, and done. */
  done(bookingId: string, ...operations: OperationName[]): Told[] {
    return this.told.filter(
      (told) => told.bookingId === bookingId && told.outcome === 'done' && operations.includes(told.operation),
    );
  }
}

export function outcomeOf(asked: Asked): string {
  if (asked === 'unknown') return 'unknown';
  if (asked.status < 400) return 'done';
  const { code } = (asked.body ?? {}) as { code?: string };
  return code ?? String(asked.status);
}

import { freeSlots } from '#domain/slots/free.ts';
import type { Slot } from '#domain/slots/free.ts';
import type { CaseExpectation, SlotCase } from './format.ts';
import { questionOf } from './question.ts';

export type Outcome = { id: string; passed: boolean; expected: unknown; got: unknown };

/** Runs one case through the engine; what the case does not expect is not compared. */
export function check({ id, expect, ...slotCase }: SlotCase): Outcome {
  try {
    const { question, range } = questionOf({ id, expect, ...slotCase });
    const slots = freeSlots(question, range);
    const starts = slots.map((slot) => isoSeconds(slot.startsAt));
    const got = { count: starts.length, first: starts[0], last: starts.at(-1), starts };
    return { id, passed: isAsExpected(expect, slots, starts), expected: expect, got };
  } catch (error) {
    return { id, passed: false, expected: expect, got: String(error) };
  }
}

function isAsExpected(expect: CaseExpectation, slots: readonly Slot[], starts: readonly string[]): boolean {
  const isAt = (text: string, start: string | undefined): boolean => isoSeconds(Date.parse(text)) === start;
  const seats = Object.entries(expect.seatsLeft ?? {});
  return (
    (expect.count === undefined || expect.count === starts.length) &&
    (expect.first == null || isAt(expect.first, starts[0])) &&
    (expect.last == null || isAt(expect.last, starts.at(-1))) &&
    (expect.starts === undefined || sameInstants(expect.starts, starts)) &&
    seats.every(([text, left]) => slots.find((slot) => slot.startsAt === Date.parse(text))?.seatsLeft === left)
  );
}

function sameInstants(expected: readonly string[], got: readonly string[]): boolean {
  return expected.length === got.length && expected.every((text, index) => isoSeconds(Date.parse(text)) === got[index]);
}

/** UTC, without the milliseconds that are zero. */
function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

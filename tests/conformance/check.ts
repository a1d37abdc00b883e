import { freeSlots } from '#domain/slots/free.ts';
import type { SlotCase } from './format.ts';
import { questionOf } from './question.ts';

export type Outcome = { id: string; passed: boolean; expected: unknown; got: unknown };

/** Runs one case through the engine; what the case does not expect is not compared. */
export function check(slotCase: SlotCase): Outcome {
  const { expect } = slotCase;
  let starts: string[];
  try {
    const { question, range } = questionOf(slotCase);
    starts = freeSlots(question, range).map((slot) => isoSeconds(slot.startsAt));
  } catch (error) {
    return { id: slotCase.id, passed: false, expected: expect, got: String(error) };
  }
  const got = { count: starts.length, first: starts[0], last: starts.at(-1), starts };
  const passed =
    (expect.count === undefined || expect.count === got.count) &&
    (expect.first == null || isoSeconds(Date.parse(expect.first)) === got.first) &&
    (expect.last == null || isoSeconds(Date.parse(expect.last)) === got.last) &&
    (expect.starts === undefined || sameInstants(expect.starts, starts));
  return { id: slotCase.id, passed, expected: expect, got };
}

function sameInstants(expected: readonly string[], got: readonly string[]): boolean {
  return expected.length === got.length && expected.every((text, index) => isoSeconds(Date.parse(text)) === got[index]);
}

/** UTC, without the milliseconds that are zero. */
function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

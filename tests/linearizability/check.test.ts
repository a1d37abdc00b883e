import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, type Recorded } from './check.ts';
import { slots, type SlotAnswer, type SlotCall } from './slots.ts';

type One = Recorded<SlotCall, SlotAnswer>;

const said = (calledAt: number, answeredAt: number, call: SlotCall, answer: SlotAnswer | null): One => ({
  call,
  answer,
  calledAt,
  answeredAt,
});
const hold = (booking: string, from = 0, to = 2, firm = false): SlotCall => ({ do: 'hold', booking, from, to, firm });
const about = (what: 'cancel' | 'release' | 'read' | 'run out', booking: string): SlotCall => ({ do: what, booking });
const move = (booking: string, from: number, to: number): SlotCall => ({ do: 'move', booking, from, to });

describe('a history that no order explains is refused:', () => {
  const bad: Record<string, One[]> = {
    'two guests got overlapping time at once': [
      said(1, 4, hold('ann', 0, 2), 'yes'),
      said(2, 3, hold('bob', 1, 3), 'yes'),
    ],
    'two guests got the time one after the other': [said(1, 2, hold('ann'), 'yes'), said(3, 4, hold('bob'), 'yes')],
    'a guest was refused a time that nobody had': [said(1, 2, hold('ann'), 'taken')],
    'a guest was refused what had been let go before they asked': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, 4, about('release', 'ann'), 'yes'),
      said(5, 6, hold('bob'), 'taken'),
    ],
    'a guest got the time before it was let go': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, 4, hold('bob'), 'yes'),
      said(5, 6, about('cancel', 'ann'), 'yes'),
    ],
    'a booking was canceled twice': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, 6, about('cancel', 'ann'), 'yes'),
      said(4, 5, about('cancel', 'ann'), 'yes'),
    ],
    'it was alive again after it had been seen ended': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, 8, about('cancel', 'ann'), 'yes'),
      said(4, 5, about('read', 'ann'), 'no'),
      said(6, 7, about('read', 'ann'), 'yes'),
    ],
    'a move left its old time taken': [
      said(1, 2, hold('ann', 0, 2, true), 'yes'),
      said(3, 4, move('ann', 4, 6), 'yes'),
      said(5, 6, hold('bob', 0, 2), 'taken'),
    ],
    'a move went where somebody was': [
      said(1, 2, hold('ann', 0, 2, true), 'yes'),
      said(3, 4, hold('bob', 4, 6), 'yes'),
      said(5, 6, move('ann', 5, 7), 'yes'),
    ],
    'a hold that ran out still kept somebody away': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, 4, about('run out', 'ann'), 'yes'),
      said(5, 6, hold('bob'), 'taken'),
    ],
    'a request that nobody heard of again had its effect twice': [
      said(1, Infinity, about('cancel', 'ann'), null),
      said(2, 3, hold('ann'), 'yes'),
      said(4, 5, hold('bob'), 'yes'),
      said(6, 7, hold('cid'), 'yes'),
    ],
  };
  it.each(Object.entries(bad))('%s', (_, history) => {
    const verdict = check(slots, history);
    expect(verdict.linearizable).toBe(false);
    if (!verdict.linearizable) expect(verdict.stuckAt.length).toBeGreaterThan(0);
  });
});

describe('a history that some order explains is accepted:', () => {
  const good: Record<string, One[]> = {
    'one of two got the time, whoever was answered first': [
      said(1, 4, hold('ann'), 'yes'),
      said(2, 3, hold('bob'), 'taken'),
    ],
    'a guest got what was being let go': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, 6, about('release', 'ann'), 'yes'),
      said(4, 5, hold('bob'), 'yes'),
    ],
    'times that touch are both taken': [said(1, 2, hold('ann', 0, 2), 'yes'), said(3, 4, hold('bob', 2, 4), 'yes')],
    'a request without an answer happened': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, Infinity, about('cancel', 'ann'), null),
      said(4, 5, hold('bob'), 'taken'),
      said(6, 7, hold('cid'), 'yes'),
    ],
    'a request without an answer never happened': [
      said(1, 2, hold('ann'), 'yes'),
      said(3, Infinity, about('cancel', 'ann'), null),
      said(4, 5, hold('bob'), 'taken'),
    ],
    'a move crossed a meeting’s own old time': [
      said(1, 2, hold('ann', 0, 4, true), 'yes'),
      said(3, 4, move('ann', 2, 6), 'yes'),
      said(5, 6, hold('bob', 0, 2), 'yes'),
    ],
  };
  it.each(Object.entries(good))('%s', (_, history) => expect(check(slots, history).linearizable).toBe(true));
});

const name = fc.constantFrom('a', 'b', 'c');
const time = fc.nat(3).map((from) => ({ from, to: from + 2 }));
const callOf: fc.Arbitrary<SlotCall> = fc.oneof(
  fc
    .record({ booking: name, time, firm: fc.boolean() })
    .map(({ booking, time: at, firm }) => hold(booking, at.from, at.to, firm)),
  fc.record({ booking: name, time }).map(({ booking, time: at }) => move(booking, at.from, at.to)),
  fc
    .record({ what: fc.constantFrom('cancel', 'release', 'read', 'run out'), booking: name })
    .map(({ what, booking }) => about(what, booking)),
);
/** Questions and answers of so many requests, each at its own instant, each answer after its question. */
const instants = (count: number) =>
  fc
    .shuffledSubarray(
      Array.from({ length: count * 2 }, (_, index) => index),
      { minLength: count * 2 },
    )
    .map((mixed) =>
      Array.from({ length: count }, (_, index) => {
        const [one = 0, other = 0] = [mixed[index * 2], mixed[index * 2 + 1]];
        return { calledAt: Math.min(one, other), answeredAt: Math.max(one, other) };
      }),
    );
const history = fc.integer({ min: 1, max: 5 }).chain((count) =>
  fc
    .tuple(
      fc.array(fc.tuple(callOf, fc.constantFrom<SlotAnswer | null>('yes', 'taken', 'no', null)), {
        minLength: count,
        maxLength: count,
      }),
      instants(count),
    )
    .map(([calls, when]) =>
      calls.map(([call, answer], index): One => ({
        call,
        answer,
        ...(when[index] ?? { calledAt: 0, answeredAt: 0 }),
      })),
    ),
);

/** The definition, word for word: every order of every choice of the unanswered ones. */
function byDefinition(left: readonly One[], states: readonly (typeof slots.initial)[] = [slots.initial]): boolean {
  if (states.length === 0) return false;
  if (left.every(({ answer }) => answer === null)) return true;
  return left.some((one) => {
    const others = left.filter((other) => other !== one);
    if (others.some(({ answer, answeredAt }) => answer !== null && answeredAt < one.calledAt)) return false;
    return byDefinition(
      others,
      states.flatMap((state) => slots.after(state, one.call, one.answer)),
    );
  });
}

describe('the search', () => {
  it('says what the definition says, of whatever history', () => {
    let accepted = 0;
    fc.assert(
      fc.property(history, (made) => {
        const verdict = check(slots, made);
        expect(verdict.linearizable).toBe(byDefinition(made));
        if (verdict.linearizable) accepted += 1;
      }),
      { numRuns: 2_000 },
    );
    // Both kinds were drawn.
    expect(accepted).toBeGreaterThan(50);
    expect(accepted).toBeLessThan(1_950);
  });

  it('accepts what really happened in some order, whatever it looked like from outside', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(callOf, fc.nat(6), fc.nat(6)), { maxLength: 40 }), (happened) => {
        let state = slots.initial;
        const seen = happened.map(([call, early, late], index): One => {
          const answer = (['yes', 'taken', 'no'] as const).find((each) => slots.after(state, call, each).length > 0);
          if (answer === undefined) throw new Error('The model has no answer.');
          state = slots.after(state, call, answer)[0] ?? state;
          // It happened at `index`; asked some time before, answered some time after.
          return said(index - early - index / 1_000, index + late + 0.5 + index / 1_000, call, answer);
        });
        expect(check(slots, seen).linearizable).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

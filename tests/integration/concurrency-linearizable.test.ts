import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asHost, letHoldEnd } from '#tests/booking-actions.ts';
import { inconsistencies } from '#tests/histories/consistency.ts';
import { check, type Recorded } from '#tests/linearizability/check.ts';
import { slots, type SlotAnswer, type SlotCall } from '#tests/linearizability/slots.ts';
import { buildHost, buildMeetingType, findSlot, holdSlot, send, type TestHost, type TestType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
/** 30 minutes and 15 to recover, confirmed at once. */
let firm: TestType;
/** 30 minutes, held while the guest signs. */
let signed: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  firm = await buildMeetingType(product, host, {
    intervalMinutes: 15,
    bufferAfterMinutes: 15,
    rescheduleLimit: 50,
    rescheduleCutoffMinutes: 0,
  });
  signed = await buildMeetingType(product, host, { intervalMinutes: 15, nda: true });
});
afterAll(() => product.stop());

/** `which` counts back from the newest booking that somebody got. */
type Wish =
  | { do: 'hold'; firm: boolean; at: number }
  | { do: 'cancel' | 'release' | 'read' | 'run out'; which: number }
  | { do: 'move'; which: number; at: number };

const at = fc.nat(5);
const which = fc.nat(3);
const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hold' as const), firm: fc.boolean(), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), which, at }) },
  ...(['cancel', 'cancel', 'release', 'read', 'run out'] as const).map((what) => ({
    weight: 1,
    arbitrary: fc.record({ do: fc.constant(what), which }),
  })),
);
/** By one client alone, so that each of these answers is among those that are judged, whatever chance makes of the others. */
const everything: Wish[] = [
  { do: 'hold', firm: false, at: 0 },
  { do: 'release', which: 0 },
  { do: 'hold', firm: true, at: 0 },
  { do: 'hold', firm: true, at: 0 },
  { do: 'move', which: 0, at: 3 },
  { do: 'cancel', which: 0 },
  { do: 'cancel', which: 0 },
  { do: 'hold', firm: false, at: 0 },
  { do: 'run out', which: 0 },
];
const client = fc.array(wish, { minLength: 4, maxLength: 8, size: 'max' });

type Got = { name: string; id: string; token: string; firm: boolean };
type History = {
  /** Quarter 0. */
  from: number;
  got: Got[];
  recorded: Recorded<SlotCall, SlotAnswer>[];
  /** Counts questions and answers: all clients are in this process, so the order is exact. */
  clock: number;
};

const minuteMs = 60_000;
const instantOf = (history: History, quarter: number) => new Date(history.from + quarter * 15 * minuteMs).toISOString();
const occupied = (isFirm: boolean, quarter: number) => ({ from: quarter, to: quarter + (isFirm ? 3 : 2) });

async function record(history: History, call: SlotCall, ask: () => Promise<SlotAnswer>): Promise<void> {
  const calledAt = (history.clock += 1);
  const answer = await ask();
  history.recorded.push({ call, answer, calledAt, answeredAt: (history.clock += 1) });
}

const answers: Record<string, SlotAnswer> = {
  slot_taken: 'taken',
  booking_over: 'no',
  booking_not_held: 'no',
  booking_not_confirmed: 'no',
};

function answerOf({ status, body }: { status: number; body: object }): SlotAnswer {
  if (status < 300) return 'yes';
  const answer = answers['code' in body ? String(body.code) : ''];
  if (!answer) throw new Error(`Nobody expected ${status} ${JSON.stringify(body)}.`);
  return answer;
}

async function perform(history: History, { ...asked }: Wish): Promise<void> {
  if (asked.do === 'hold') return hold(history, asked);
  const booking = history.got.at(-1 - (asked.which % Math.max(1, history.got.length)));
  if (!booking) return;
  const { token, id } = booking;
  switch (asked.do) {
    case 'move': {
      const body = { startsAt: instantOf(history, asked.at) };
      const call = { do: asked.do, booking: booking.name, ...occupied(booking.firm, asked.at) };
      const move = () => send(product, 'POST', '/my-booking/reschedule', { token, body });
      return record(history, call, async () => answerOf(await move()));
    }
    case 'cancel':
      return record(history, { do: asked.do, booking: booking.name }, async () =>
        answerOf(await send(product, 'POST', '/my-booking/cancel', { token, body: {} })),
      );
    case 'release':
      return record(history, { do: asked.do, booking: booking.name }, async () =>
        answerOf(await asHost(product, host, `/bookings/${id}/release`)),
      );
    case 'read':
      return record(history, { do: asked.do, booking: booking.name }, async () => {
        const { body } = await send<{ status: string }>(product, 'GET', '/my-booking', { token });
        return body.status === 'held' || body.status === 'confirmed' ? 'yes' : 'no';
      });
    case 'run out':
      return record(history, { do: asked.do, booking: booking.name }, async () => {
        await letHoldEnd(product, id);
        return 'yes';
      });
  }
}

async function hold(history: History, { firm: isFirm, at: quarter }: Extract<Wish, { do: 'hold' }>): Promise<void> {
  const name = `b${history.clock}`;
  const call: SlotCall = { do: 'hold', booking: name, firm: isFirm, ...occupied(isFirm, quarter) };
  const guest = { email: `${randomUUID()}@example.net` };
  await record(history, call, async () => {
    const reply = await holdSlot(product, isFirm ? firm : signed, instantOf(history, quarter), { guest });
    if (reply.status === 201)
      history.got.push({ name, id: reply.body.booking.id, token: reply.body.token, firm: isFirm });
    return answerOf(reply);
  });
}

const lineOf = ({ call, answer, calledAt, answeredAt }: Recorded<SlotCall, SlotAnswer>) =>
  `${calledAt}–${answeredAt} ${JSON.stringify(call)} → ${answer}`;

it('what concurrent guests and hosts are told of one host’s time could have happened one after another', async () => {
  const base = Date.parse(await findSlot(product, host, firm));
  let played = 0;
  const told = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(client, { minLength: 4, maxLength: 7, size: 'max' }), async (clients) => {
      const history: History = { from: base + played++ * 4 * 60 * minuteMs, got: [], recorded: [], clock: 0 };
      const work = async (wishes: readonly Wish[]) => {
        for (const one of wishes) await perform(history, one);
      };
      await Promise.all(clients.map(work));
      for (const { call, answer } of history.recorded) told.add(`${call.do} ${answer}`);
      const verdict = check(slots, history.recorded);
      const seen = verdict.linearizable
        ? []
        : ['explained:', ...verdict.longest.map(lineOf), 'stuck at:', ...verdict.stuckAt.map(lineOf)];
      expect(seen).toEqual([]);
    }),
    { numRuns: 9, endOnFailure: true, examples: [[[everything]]] },
  );
  expect(await inconsistencies(product.shared.database, host.hostId)).toEqual([]);
  // The histories were worth judging.
  expect([...told].sort()).toEqual(
    expect.arrayContaining([
      'cancel no',
      'cancel yes',
      'hold taken',
      'hold yes',
      'move yes',
      'release yes',
      'run out yes',
    ]),
  );
}, 240_000);

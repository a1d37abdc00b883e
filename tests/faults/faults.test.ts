import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inject } from './deliberate-bugs.ts';
import { faultRun } from './fault-run.ts';
import type { Operation } from './plan/operations.ts';
import { textOf } from './report.ts';
import { startFaultSystem, type FaultSystem } from './system/fault-system.ts';

let system: FaultSystem;
const say = (line: string) => process.stdout.write(`${line}\n`);
const sayBriefly = (line: string) => say(line.split('\n')[0] ?? '');
beforeAll(async () => {
  system = await startFaultSystem({ report: sayBriefly, cutsLinks: true });
}, 300_000);
afterAll(() => system.stop(), 60_000);

/** Time for everything that a group of operations led to: a confirmation takes a moment after its signature, and only what is confirmed moves. */
const settledWithinMs = 20_000;

/** In peace, one after another; each group when what the one before it led to is done. @returns what the checker found, each thing once */
async function playOut(...groups: readonly (readonly Operation[])[]): Promise<string[]> {
  const plan = groups.flatMap((group, index) =>
    group.map((operation) => ({ atMs: index * settledWithinMs, operation })),
  );
  const options = { seed: 1, operations: plan.length, faults: 0, minutes: 1, plan, atOnce: 1 };
  const { violations, operations: done } = await faultRun(system, options, sayBriefly);
  expect(done.byOutcome).toEqual({ done: plan.length });
  return [...new Set(violations.map(({ check, what }) => `${check}: ${what}`))].sort();
}

const holdAt = (quarter: number): Extract<Operation, { do: 'hold' }> => ({
  do: 'hold',
  host: 0,
  kind: 'plain',
  repeats: false,
  day: 0,
  quarter,
});
const five = [0, 1, 2, 3, 4];
const renewedAt = (quarter: number): Operation => ({ ...holdAt(quarter), host: 2, kind: 'renewed' });
const askToMove = (quarter: number, which = 0): Operation => ({ do: 'guest_reschedule', which, day: 1, quarter });
const moveOnto = (quarter: number): Operation => ({ do: 'host_reschedule', which: 0, day: 0, quarter });

describe('a system under faults', () => {
  it('keeps every promise, whatever is killed, paused, cut, slowed or full', async () => {
    const options = { seed: 20_261_121, operations: 130, faults: 12, minutes: 0.75 };
    const report = await faultRun(system, options, sayBriefly);
    say(textOf(report));
    expect(report.violations).toEqual([]);
    expect(report.faults.total).toBeGreaterThanOrEqual(system.links.toxiproxy ? 9 : 4);
    expect(report.operations.total).toBeGreaterThan(90);
    expect(report.seen['facts in the stream']).toBeGreaterThan(50);
  }, 900_000);
});

describe('the checker of the fault run', () => {
  it('finds nothing in a peaceful life', async () => {
    const signed: Operation = { do: 'sign', which: 0 };
    const nda: Operation = { do: 'hold', host: 1, kind: 'nda', repeats: true, day: 0, quarter: 48 };
    expect(await playOut([holdAt(40), nda, signed], [moveOnto(60), { do: 'open_page', which: 0 }])).toEqual([]);
  }, 300_000);

  it('finds nothing in moves that are signed anew, declined, given up, or run out', async () => {
    const holds = five.map((index) => renewedAt(8 + index * 16));
    const signatures = five.map((): Operation => ({ do: 'sign', which: 0 }));
    const moves = five.map((which) => askToMove(8 + which * 16, which));
    const ends: Operation[] = [
      ...(['sign_move', 'decline_move', 'give_up_move', 'move_runs_out'] as const).map((what) => ({
        do: what,
        which: 0,
      })),
      { do: 'guest_cancel', which: 4 },
    ];
    expect(await playOut([...holds, ...signatures], moves, ends)).toEqual([]);
  }, 300_000);

  it('sees that the time that a booking would have moved to stays taken', async () => {
    await inject(system, 'moveClaimsKept');
    const found = await playOut(
      [renewedAt(40), { do: 'sign', which: 0 }],
      [askToMove(60)],
      [{ do: 'give_up_move', which: 0 }],
    );
    await inject(system, 'moveClaimsBack');
    expect(found).toContain('leftovers: the claim of a move outlived it');
  }, 300_000);

  it('sees that the outbox was skipped', async () => {
    await inject(system, 'outboxSkipped');
    const found = await playOut([holdAt(40)]);
    await inject(system, 'outboxBack');
    expect(found).toContain('facts: a state has no fact: booking.confirmed or booking.rescheduled');
  }, 300_000);

  it('sees that a fact was written and never left', async () => {
    await inject(system, 'publishingForgotten');
    const found = await playOut([holdAt(40)]);
    await inject(system, 'publishingBack');
    expect(found).toContain('facts: a fact never left: slot.held');
  }, 300_000);

  it('sees that the dedupe of mails was removed, and nothing before it is', async () => {
    await inject(system, 'mailsAskedForTwice');
    expect(await playOut([holdAt(40)])).toEqual([]);
    await inject(system, 'dedupeRemoved');
    expect(await playOut([holdAt(40)])).toEqual([
      'mails: a mail too many: booking_confirmed guest',
      'mails: a mail too many: booking_confirmed host',
    ]);
  }, 300_000);

  // The last one: what it leaves behind no constraint would take back.
  it('sees that the exclusion constraint was dropped', async () => {
    await inject(system, 'constraintDropped');
    const found = await playOut([holdAt(40), holdAt(60), moveOnto(40)]);
    expect(found).toContain('overlaps: two live claims overlap');
    expect(found).toContain('overlaps: two live bookings overlap');
  }, 300_000);
});

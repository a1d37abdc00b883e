import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '#runtime/config.ts';
import type { Shared } from '#runtime/composition.ts';
import { startEngineFloor } from '#tests/bench/floor/engine.ts';
import { percentiles } from '#tests/bench/load/percentiles.ts';
import type { Guests } from './guests.ts';

const turns = 60;
const warmUps = 20;
/** What one booking does after its answer is over by then. */
const quietMs = 400;

/**
 * How long a guest waits when nobody else is there, with Temporal on Postgres, beside a bare update-with-start of a workflow whose one local activity
 * does nothing; by turns.
 */
export async function holdsAlone(
  guests: Guests,
  shared: Shared,
  temporal: Pick<Config['temporal'], 'address' | 'namespace'>,
): Promise<string> {
  const floor = await startEngineFloor({ shared, config: { temporal } });
  const bare: number[] = [];
  try {
    for (let turn = 0; turn < warmUps + turns; turn += 1) {
      guests.phase = turn < warmUps ? 'warming up' : 'one at a time';
      const started = performance.now();
      await floor.answer();
      if (turn >= warmUps) bare.push(performance.now() - started);
      await guests.once();
      await sleep(quietMs);
    }
  } finally {
    floor.stop();
  }
  const held = guests.wishes.flatMap(({ phase, askedAt, heldAt }) =>
    phase === 'one at a time' && heldAt !== undefined ? [heldAt - askedAt] : [],
  );
  const figures = (times: number[]): string => {
    const { p50, p95 } = percentiles(times);
    return `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
  };
  return `One guest at a time (${turns}): hold ${figures(held)}; bare update-with-start ${figures(bare)}.`;
}

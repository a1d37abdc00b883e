import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acrossViewers, againstOracle, againstReasons } from '#tests/properties/agreement.ts';
import { anyChange, situationAround } from '#tests/properties/situations.ts';

/** A sample; `tests/properties/run.ts` goes through every zone and clock change. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 2026);
const anySituation = anyChange.chain(({ timeZone, change }) => situationAround(timeZone, change));

function holds(property: typeof againstOracle, numRuns: number): void {
  fc.assert(
    fc.property(anySituation, (situation) => {
      expect(property(situation)).toBeNull();
    }),
    { seed, numRuns },
  );
}

test('what is taken is never offered, and what is free and fits always is, around clock changes of any zone', () => {
  holds(againstOracle, 40);
}, 60_000);

test('the reasons are silent exactly where a time is offered', () => {
  holds(againstReasons, 60);
}, 60_000);

test('the zone of the viewer never changes the set of slots', () => {
  holds(acrossViewers, 200);
}, 60_000);

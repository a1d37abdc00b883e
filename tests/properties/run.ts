import fc from 'fast-check';
import { agreements } from './agreement.ts';
import { clockChanges, situationAround, years, zones } from './situations.ts';

/**
 * Every zone of the runtime × every clock change since 2000, with random schedules, claims and rules: about eighteen
 * thousand situations. `node tests/properties/run.ts [situations per change = 1] [seed = 1] [part of the zones, as 1/4
 * = all]`; stops at the first ten contradictions.
 */
const [perChange = 1, seed = 1] = process.argv.slice(2, 4).map(Number);
const [part = 1, parts = 1] = (process.argv[4] ?? '1/1').split('/').map(Number);
let [situations, contradictions] = [0, 0];
zones.forEach((timeZone, index) => {
  if (index % parts !== part - 1 || contradictions >= 10) return;
  for (const change of years.flatMap((year) => clockChanges(timeZone, year))) {
    for (const situation of fc.sample(situationAround(timeZone, change), {
      numRuns: perChange,
      seed: seed + situations,
    })) {
      situations += 1;
      if (situations % 1000 === 0) console.log(`${situations} situations so far, at ${timeZone}`);
      for (const [name, agreement] of Object.entries(agreements)) {
        const contradiction = agreement(situation);
        if (contradiction === null) continue;
        contradictions += 1;
        console.log(
          `${name}, ${timeZone} ${new Date(change).toISOString()}: ${contradiction}\n${JSON.stringify(situation)}\n`,
        );
      }
    }
  }
});
console.log(`${situations} situations, ${contradictions} contradictions`);
process.exitCode = contradictions === 0 ? 0 : 1;

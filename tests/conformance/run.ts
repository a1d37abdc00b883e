import { check } from './check.ts';
import { loadCases } from './load.ts';

/** `npm run conformance -- PATH`: any file or folder of slot cases; the product's own sample without a path. */
const paths = process.argv.slice(2);
const cases = (paths.length === 0 ? [`${import.meta.dirname}/cases.json`] : paths).flatMap(loadCases);
const outcomes = cases.map(check);
for (const outcome of outcomes.filter(({ passed }) => !passed)) {
  console.log(
    `${outcome.id}\n  expected ${JSON.stringify(outcome.expected)}\n  got      ${JSON.stringify(outcome.got)}`,
  );
}
const failed = outcomes.filter(({ passed }) => !passed).length;
console.log(`${outcomes.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

import { describe, expect, test } from 'vitest';
import { check } from '#tests/conformance/check.ts';
import { loadCases } from '#tests/conformance/load.ts';

const cases = loadCases(`${import.meta.dirname}/../../tests/conformance/cases.json`);

describe('published and derived slot cases', () => {
  test.each(cases.map((slotCase) => [slotCase.id, slotCase] as const))('%s', (_id, slotCase) => {
    const { passed, expected, got } = check(slotCase);
    if (!passed) expect(got).toMatchObject(expected as object);
    expect(passed).toBe(true);
  });
});

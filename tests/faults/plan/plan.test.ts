import { describe, expect, it } from 'vitest';
import { victimOf } from './faults.ts';
import { planOf } from './plan.ts';

const options = { seed: 7, operations: 2_000, faults: 150, minutes: 10 };
const plan = planOf(options);
const operations = plan.flatMap((step) => ('operation' in step ? [step] : []));
const faults = plan.flatMap((step) => ('fault' in step ? [step] : []));

describe('the plan of a fault run', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planOf(options)).toEqual(plan);
    expect(planOf({ ...options, seed: 8 })).not.toEqual(plan);
  });

  it('has as many operations and faults as asked for, in order, within the time', () => {
    expect(operations).toHaveLength(2_000);
    expect(faults).toHaveLength(150);
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(plan.at(-1)?.atMs).toBeLessThanOrEqual(600_000);
  });

  it('keeps its operations when it gets more faults', () => {
    const more = planOf({ ...options, faults: 300 });
    expect(more.filter((step) => 'operation' in step)).toEqual(operations);
  });

  it('does every kind of thing', () => {
    expect(new Set(operations.map(({ operation }) => operation.do)).size).toBe(22);
    expect(new Set(faults.map(({ fault }) => fault.fault)).size).toBe(16);
  });

  it('does not hurt anything again before it is healed', () => {
    const hurtUntil = new Map<string, number>();
    for (const { atMs, fault } of faults) {
      expect(hurtUntil.get(victimOf(fault)) ?? 0).toBeLessThanOrEqual(atMs);
      hurtUntil.set(victimOf(fault), atMs + ('forMs' in fault ? fault.forMs : 0));
    }
  });

  it('sends several guests after the same time', () => {
    const starts = operations.flatMap(({ operation: it }) =>
      it.do === 'hold' ? [`${it.host} ${it.day} ${Math.floor(it.quarter / 2)}`] : [],
    );
    expect(new Set(starts).size).toBeLessThan(starts.length * 0.9);
  });
});

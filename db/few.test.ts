import { describe, expect, it } from 'vitest';
import { fewOf, fewRows } from './few.ts';

describe('a list of parameters', () => {
  it('has a power of two of them, so that few texts are planned', () => {
    const texts = [1, 2, 3, 4, 5, 6, 7, 8].map((count) => fewOf(Array.from({ length: count }, String), 'uuid').sql);
    expect(new Set(texts).size).toBe(4);
    expect(fewOf(['a', 'b', 'c'], 'uuid')).toMatchObject({ values: ['a', 'b', 'c', 'c'] });
  });

  it('is a table of rows, the last of which may stand there again', () => {
    const rows = [
      ['a', null],
      ['b', 'why'],
      ['c', null],
    ];
    expect(fewRows(rows, ['uuid', 'text']).values).toEqual(['a', null, 'b', 'why', 'c', null, 'c', null]);
  });

  it('of nothing is a mistake, not a question about everything', () => {
    expect(() => fewOf([], 'int8')).toThrow('nothing in the list');
  });
});

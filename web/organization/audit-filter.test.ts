import { describe, expect, it } from 'vitest';
import { filterOf } from './audit-filter.ts';

const of = (search: string, zone = 'UTC') => filterOf(new URLSearchParams(search), zone);
const id = '0198f0a2-0000-7000-8000-000000000001';

describe('the filter of the audit log', () => {
  it('is what the address says', () => {
    expect(of(`who=guest&about=people&booking=${id}`)).toEqual({ actor: 'guest', about: 'people', bookingId: id });
    expect(of(`who=${id}`)).toEqual({ accountId: id });
  });

  it('takes days whole, in the reader’s zone, also when a clock changes', () => {
    expect(of('from=2026-03-29&until=2026-03-29', 'Europe/Riga')).toEqual({
      from: '2026-03-28T22:00:00.000Z',
      to: '2026-03-29T21:00:00.000Z',
    });
  });

  it('asks for nothing that the API would refuse', () => {
    expect(of('who=nobody&about=everything&booking=1&from=tomorrow&until=9999-01-01')).toEqual({});
    expect(of('')).toEqual({});
  });
});

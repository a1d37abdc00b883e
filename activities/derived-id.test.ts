import { describe, expect, it } from 'vitest';
import { derivedId } from './derived-id.ts';

const booking = '0190b6a0-0000-7000-8000-000000000001';

describe('a derived id', () => {
  it('is a UUID of version 8 and the RFC’s variant', () => {
    expect(derivedId('envelope', booking)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('is the same for the same booking and purpose, today and in every later version', () => {
    expect(derivedId('envelope', booking)).toBe(derivedId('envelope', booking));
    expect(derivedId('agreement', booking)).toBe('05882761-c84a-8122-818b-6e2bfe38ca43');
  });

  it('is another for each purpose and each booking', () => {
    const purposes = ['agreement', 'signed', 'certificate', 'envelope'];
    const ids = purposes.flatMap((purpose) =>
      [booking, booking.replace(/1$/, '2')].map((id) => derivedId(purpose, id)),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awaitsSignature, endOfMoveHold, isMoving, mayEndMove, maySign, needsNewSignature } from './moves.ts';
import { bookingStatuses, ndaStatuses } from './states.ts';

const minuteMs = 60_000;
const noon = new Date('2027-03-01T12:00:00Z');
const after = (minutes: number) => new Date(noon.getTime() + minutes * minuteMs);

describe('a signed NDA', () => {
  const signed = { status: 'confirmed', ndaStatus: 'completed' } as const;

  it('stays good for the moved meeting unless its template says otherwise', () => {
    expect(needsNewSignature(signed, { renewOnReschedule: true })).toBe(true);
    expect(needsNewSignature(signed, { renewOnReschedule: false })).toBe(false);
    expect(needsNewSignature(signed, null)).toBe(false);
  });

  it('of a displaced guest is never asked for again: it was their time that was lost', () => {
    expect(needsNewSignature({ ...signed, status: 'displaced' }, { renewOnReschedule: true })).toBe(false);
  });
});

describe('the time to move to', () => {
  const booking = { startsAt: after(10_000), holdMinutes: 15 };

  it('is held as long as a slot when the guest moves, a day when the host does', () => {
    expect(endOfMoveHold(booking, { startsAt: after(20_000) }, 'guest', noon)).toEqual(after(15));
    expect(endOfMoveHold(booking, { startsAt: after(20_000) }, 'host', noon)).toEqual(after(1_440));
  });

  it('is never held past the start of either meeting, nor longer than was promised', () => {
    const minutes = fc.integer({ min: 1, max: 5_000 });
    fc.assert(
      fc.property(minutes, minutes, minutes, fc.constantFrom('guest', 'host'), (old, to, holdMinutes, by) => {
        const ends = endOfMoveHold({ startsAt: after(old), holdMinutes }, { startsAt: after(to) }, by, noon);
        const longest = after(by === 'host' ? 1_440 : holdMinutes);
        expect(ends.getTime()).toBe(Math.min(longest.getTime(), after(old).getTime(), after(to).getTime()));
      }),
    );
  });

  it('is let go at the end of its hold and not a millisecond before, and never once the NDA is signed', () => {
    const moving = { status: 'confirmed', ndaStatus: 'sent', moveExpiresAt: after(15) } as const;
    expect(mayEndMove(moving, after(15))).toEqual({ allowed: true });
    expect(mayEndMove(moving, new Date(after(15).getTime() - 1))).toEqual({
      allowed: false,
      refusal: { code: 'hold_running', expiresAt: after(15) },
    });
    expect(mayEndMove({ ...moving, ndaStatus: 'signed' }, after(99))).toMatchObject({
      refusal: { code: 'already_signed' },
    });
    expect(mayEndMove({ ...moving, moveExpiresAt: null }, after(99))).toMatchObject({
      refusal: { code: 'booking_not_held' },
    });
  });
});

describe('in every state', () => {
  it('only what waits for a signature, or waited, may be signed, and only a confirmed booking moves', () => {
    const anyStanding = fc.record({
      status: fc.constantFrom(...bookingStatuses),
      ndaStatus: fc.constantFrom(...ndaStatuses),
      moveExpiresAt: fc.constantFrom(null, after(1)),
    });
    fc.assert(
      fc.property(anyStanding, (standing) => {
        if (maySign(standing)) expect(awaitsSignature(standing) || standing.status === 'expired').toBe(true);
        if (isMoving(standing)) expect(standing.status).toBe('confirmed');
        if (mayEndMove(standing, after(1)).allowed) expect(isMoving(standing)).toBe(true);
      }),
    );
  });
});

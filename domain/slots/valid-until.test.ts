import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeSlots } from './free.ts';
import { defaultRules } from './rules.ts';
import { validUntil } from './valid-until.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 10, 23);
const weekly = { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']], wed: [['09:00', '17:00']] } as const;

describe('an answer about slots', () => {
  it('says the same at every moment before its end', () => {
    fc.assert(
      fc.property(
        fc.record({
          nowMinutes: fc.integer({ min: 0, max: 3 * 1440 }),
          laterFraction: fc.double({ min: 0, max: 0.999, noNaN: true }),
          noticeMinutes: fc.integer({ min: 0, max: 600 }),
          days: fc.integer({ min: 1, max: 4 }),
          kind: fc.constantFrom('rolling' as const, 'rollingAvailable' as const),
          holds: fc.array(
            fc.record({ at: fc.integer({ min: 0, max: 3 * 96 }), left: fc.integer({ min: -30, max: 600 }) }),
            { maxLength: 6 },
          ),
          timeZone: fc.constantFrom('UTC', 'Europe/Riga', 'Asia/Kathmandu', 'America/New_York'),
        }),
        ({ nowMinutes, laterFraction, noticeMinutes, days, kind, holds, timeZone }) => {
          const now = start + nowMinutes * 60_000;
          const claims = holds.map(({ at, left }) => ({
            startsAt: start + at * 900_000,
            endsAt: start + at * 900_000 + 1_800_000,
            bufferBeforeMinutes: 0,
            bufferAfterMinutes: 0,
            expiresAt: now + left * 60_000,
          }));
          const rules = { ...defaultRules, durationMinutes: 30, noticeMinutes, bookingWindow: { kind, days } };
          const ask = (at: number) => ({
            now: at,
            hosts: [{ hostId: 'h', schedule: { timeZone, weekly }, claims, busy: [] }],
            rules,
          });
          const range = { from: start, to: start + 6 * day };
          const slots = freeSlots(ask(now), range);
          const end = Math.min(validUntil(ask(now), slots), now + 2 * day);
          const later = Math.floor(now + (end - now) * laterFraction);
          expect(freeSlots(ask(later), range)).toEqual(slots);
        },
      ),
      { numRuns: 300 },
    );
  });
});

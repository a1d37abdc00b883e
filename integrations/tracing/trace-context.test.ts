import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentTrace, inRequestTrace, inStepTrace, traceBooking } from './trace-context.ts';

const bookingId = '0197a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b';
const ofBooking = '0197a1b2c3d47e5f8a6b9c0d1e2f3a4b';
const given = '4bf92f3577b34da6a3ce929d0e0e4736';

test('a request keeps the trace that its caller began, across whatever it waits for', async () => {
  const seen = await inRequestTrace(`00-${given}-00f067aa0ba902b7-01`, async () => {
    await sleep(1);
    traceBooking(bookingId);
    return currentTrace();
  });
  expect(seen).toEqual({ traceId: given, bookingId });
  expect(currentTrace()).toBeUndefined();
});

test('one that brings none, or an impossible one, gets its own, and joins its booking once that is known', () => {
  for (const header of [undefined, 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
    inRequestTrace(header, () => {
      expect(currentTrace()?.traceId).toMatch(/^[\da-f]{32}$/);
      expect(currentTrace()?.traceId).not.toMatch(/^0+$/);
      traceBooking(bookingId);
      expect(currentTrace()).toEqual({ traceId: ofBooking, bookingId });
    });
  }
});

test('every step of a booking, in whatever process, has the booking’s trace; what is about none has one of its own', () => {
  expect(inStepTrace(bookingId, currentTrace)).toEqual({ traceId: ofBooking, bookingId });
  const [first, second] = [inStepTrace(null, currentTrace), inStepTrace(null, currentTrace)];
  expect(first?.traceId).not.toBe(second?.traceId);
  expect(first?.bookingId).toBeUndefined();
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type Progress } from './next-step.ts';
import { bookingStatuses, ndaStatuses } from './states.ts';
import { endOfHold } from './transitions.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const noon = new Date('2027-03-01T12:00:00Z');
const after = (ms: number, from: Date = noon) => new Date(from.getTime() + ms);

const held: Progress = {
  status: 'held',
  ndaStatus: 'pending',
  startsAt: after(2 * dayMs),
  endsAt: after(2 * dayMs + 30 * minuteMs),
  holdExpiresAt: after(10 * minuteMs),
  moveExpiresAt: null,
  envelopeOpen: false,
  remindersMinutes: [],
  remindersDone: [],
  remindersFrom: noon,
};
const confirmed: Progress = { ...held, status: 'confirmed', ndaStatus: 'completed', holdExpiresAt: null };

describe('what comes next', () => {
  it('is agreement, envelope, signed document, confirmation, in this order', () => {
    expect(nextStep({ ...held, status: 'requested' }, noon)).toEqual({ do: 'hold' });
    expect(nextStep(held, noon)).toEqual({ do: 'create_agreement' });
    expect(nextStep({ ...held, ndaStatus: 'created' }, noon)).toEqual({ do: 'send_envelope' });
    expect(nextStep({ ...held, ndaStatus: 'sent', envelopeOpen: true }, noon)).toEqual({
      do: 'wait',
      until: held.holdExpiresAt,
    });
    expect(nextStep({ ...held, ndaStatus: 'signed' }, noon)).toEqual({ do: 'collect_signed' });
    expect(nextStep({ ...held, ndaStatus: 'completed' }, noon)).toEqual({ do: 'confirm' });
  });

  it('at the very end of the hold is its expiry, and a signature that is in stays stronger', () => {
    const waiting: Progress = { ...held, ndaStatus: 'sent', envelopeOpen: true };
    const end = endOfHold(waiting);
    expect(nextStep(waiting, after(-1, end)).do).toBe('wait');
    expect(nextStep(waiting, end)).toEqual({ do: 'expire' });
    expect(nextStep({ ...waiting, ndaStatus: 'signed', envelopeOpen: false }, after(dayMs, end))).toEqual({
      do: 'collect_signed',
    });
  });

  it('of a hold whose clock stands still is never later than the start of its meeting', () => {
    const suspended: Progress = { ...held, ndaStatus: 'sent', envelopeOpen: true, holdExpiresAt: null };
    expect(nextStep(suspended, noon)).toEqual({ do: 'wait', until: suspended.startsAt });
    for (const ndaStatus of ['pending', 'created', 'sent'] as const)
      expect(nextStep({ ...suspended, ndaStatus, envelopeOpen: ndaStatus === 'sent' }, suspended.startsAt)).toEqual({
        do: 'expire',
      });
  });

  it('after the end is to collect a late signature, else to void what is open, else nothing', () => {
    const expired: Progress = { ...held, status: 'expired', ndaStatus: 'sent', envelopeOpen: true };
    expect(nextStep(expired, noon)).toEqual({ do: 'void_envelope' });
    expect(nextStep({ ...expired, ndaStatus: 'signed', envelopeOpen: false }, noon)).toEqual({ do: 'collect_signed' });
    expect(nextStep({ ...expired, ndaStatus: 'completed', envelopeOpen: false }, noon)).toEqual({ do: 'confirm' });
    expect(nextStep({ ...expired, ndaStatus: 'voided', envelopeOpen: false }, noon)).toEqual({ do: 'finish' });
    expect(nextStep({ ...confirmed, status: 'canceled' }, noon)).toEqual({ do: 'finish' });
  });
});

describe('a move that waits for a signature', () => {
  const moving: Progress = { ...confirmed, ndaStatus: 'pending', moveExpiresAt: after(10 * minuteMs) };
  const sent: Progress = { ...moving, ndaStatus: 'sent', envelopeOpen: true };

  it('is agreement, envelope, signed document, and then the move itself', () => {
    expect(nextStep(moving, noon)).toEqual({ do: 'create_agreement' });
    expect(nextStep({ ...moving, ndaStatus: 'created' }, noon)).toEqual({ do: 'send_envelope' });
    expect(nextStep(sent, noon)).toEqual({ do: 'wait', until: moving.moveExpiresAt });
    expect(nextStep({ ...moving, ndaStatus: 'signed' }, after(dayMs))).toEqual({ do: 'collect_signed' });
    expect(nextStep({ ...moving, ndaStatus: 'completed' }, after(dayMs))).toEqual({ do: 'confirm' });
  });

  it('ends when its time is up, whatever it waits for; then its envelope is voided and the meeting goes on', () => {
    for (const ndaStatus of ['pending', 'created', 'sent'] as const)
      expect(nextStep({ ...sent, ndaStatus }, after(10 * minuteMs))).toEqual({ do: 'expire' });
    expect(nextStep({ ...confirmed, envelopeOpen: true }, noon)).toEqual({ do: 'void_envelope' });
    expect(nextStep({ ...confirmed, ndaStatus: 'signed' }, noon)).toEqual({ do: 'collect_signed' });
    expect(nextStep(confirmed, noon)).toEqual({ do: 'wait', until: confirmed.endsAt });
  });

  it('keeps nobody from being reminded of the meeting as it stands', () => {
    const reminding = { ...sent, remindersMinutes: [60], moveExpiresAt: after(dayMs, noon) };
    const due = after(-60 * minuteMs, confirmed.startsAt);
    expect(nextStep({ ...reminding, moveExpiresAt: confirmed.startsAt }, due)).toEqual({ do: 'remind', minutes: 60 });
    expect(nextStep(reminding, noon)).toEqual({ do: 'wait', until: reminding.moveExpiresAt });
  });
});

describe('reminders', () => {
  const reminding: Progress = { ...confirmed, remindersMinutes: [1_440, 60] };
  const at = (minutesBefore: number) => after(-minutesBefore * minuteMs, confirmed.startsAt);

  it('come at their moments, one after another, then the end of the meeting', () => {
    expect(nextStep(reminding, noon)).toEqual({ do: 'wait', until: at(1_440) });
    expect(nextStep(reminding, at(1_440))).toEqual({ do: 'remind', minutes: 1_440 });
    const reminded = { ...reminding, remindersDone: [1_440] };
    expect(nextStep(reminded, at(1_440))).toEqual({ do: 'wait', until: at(60) });
    expect(nextStep(reminded, at(60))).toEqual({ do: 'remind', minutes: 60 });
    expect(nextStep({ ...reminding, remindersDone: [1_440, 60] }, at(60))).toEqual({
      do: 'wait',
      until: confirmed.endsAt,
    });
    expect(nextStep(reminding, confirmed.endsAt)).toEqual({ do: 'complete' });
  });

  it('that were missed give way to the newest one, and none comes once the meeting has begun', () => {
    expect(nextStep(reminding, at(30))).toEqual({ do: 'remind', minutes: 60 });
    expect(nextStep({ ...reminding, remindersDone: [60] }, at(30))).toEqual({ do: 'wait', until: confirmed.endsAt });
    expect(nextStep(reminding, confirmed.startsAt)).toEqual({ do: 'wait', until: confirmed.endsAt });
  });

  it('whose moment lay before the booking was made or moved are not sent', () => {
    const late = { ...reminding, remindersFrom: at(120) };
    expect(nextStep(late, at(119))).toEqual({ do: 'wait', until: at(60) });
  });
});

/** What each step does to the facts, when it goes well and nothing comes in between. */
function perform(booking: Progress, now: Date): { booking: Progress; now: Date; isOver: boolean } {
  const step = nextStep(booking, now);
  const to = (change: Partial<Progress>) => ({ booking: { ...booking, ...change }, now, isOver: false });
  switch (step.do) {
    case 'hold':
      return to(booking.ndaStatus === 'not_required' ? { status: 'confirmed' } : { status: 'held' });
    case 'create_agreement':
      return to({ ndaStatus: 'created' });
    case 'send_envelope':
      return to({ ndaStatus: 'sent', envelopeOpen: true });
    case 'collect_signed':
      return to({ ndaStatus: 'completed', envelopeOpen: false });
    case 'confirm':
      return to({ status: booking.status === 'expired' ? 'displaced' : 'confirmed', moveExpiresAt: null });
    case 'expire':
      if (booking.status === 'confirmed') return to({ moveExpiresAt: null, ndaStatus: 'completed' });
      return to({ status: 'expired' });
    case 'void_envelope':
      return to({ ndaStatus: booking.ndaStatus === 'completed' ? 'completed' : 'voided', envelopeOpen: false });
    case 'remind':
      return to({ remindersDone: [...booking.remindersDone, step.minutes] });
    case 'complete':
      return to({ status: 'completed' });
    case 'wait':
      return { booking, now: step.until, isOver: false };
    case 'finish':
      return { booking, now, isOver: true };
  }
}

const anyProgress = fc
  .record({
    status: fc.constantFrom(...bookingStatuses),
    ndaStatus: fc.constantFrom(...ndaStatuses),
    startsInMinutes: fc.integer({ min: -3_000, max: 50_000 }),
    lengthMinutes: fc.integer({ min: 5, max: 1_440 }),
    holdInMinutes: fc.option(fc.integer({ min: -600, max: 1_440 }), { nil: null }),
    moveInMinutes: fc.option(fc.integer({ min: -600, max: 1_440 }), { nil: null }),
    envelopeOpen: fc.boolean(),
    remindersMinutes: fc.uniqueArray(fc.integer({ min: 5, max: 43_200 }), { maxLength: 5 }),
    remindersFromMinutes: fc.integer({ min: -5_000, max: 0 }),
  })
  .map(({ startsInMinutes, lengthMinutes, holdInMinutes, moveInMinutes, remindersFromMinutes, ...rest }): Progress => {
    const startsAt = after(startsInMinutes * minuteMs);
    return {
      ...rest,
      startsAt,
      endsAt: after(lengthMinutes * minuteMs, startsAt),
      holdExpiresAt: holdInMinutes === null ? null : after(holdInMinutes * minuteMs),
      moveExpiresAt: moveInMinutes === null ? null : after(moveInMinutes * minuteMs),
      remindersDone: [],
      remindersFrom: after(remindersFromMinutes * minuteMs),
    };
  });

describe('from any stored state', () => {
  it('every wait is for a moment to come, and every booking comes to its end in few steps', () => {
    fc.assert(
      fc.property(anyProgress, (start) => {
        let state = { booking: start, now: noon, isOver: false };
        for (let steps = 0; !state.isOver; steps += 1) {
          expect(steps).toBeLessThan(25);
          const step = nextStep(state.booking, state.now);
          if (step.do === 'wait') expect(step.until.getTime()).toBeGreaterThan(state.now.getTime());
          state = perform(state.booking, state.now);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('a signature that is in is never given up: its booking ends signed, and is not expired', () => {
    fc.assert(
      fc.property(anyProgress, fc.constantFrom('held', 'expired'), (any, status) => {
        const start: Progress = { ...any, status, ndaStatus: 'signed' };
        let state = { booking: start, now: noon, isOver: false };
        while (!state.isOver) state = perform(state.booking, state.now);
        expect(state.booking.ndaStatus).toBe('completed');
        expect(['completed', 'displaced']).toContain(state.booking.status);
      }),
      { numRuns: 2_000 },
    );
  });
});

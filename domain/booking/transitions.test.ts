import { describe, expect, it } from 'vitest';
import { bookingStatuses, isLive, isOver, liveStatuses } from './states.ts';
import {
  mayCancel,
  mayExpire,
  mayMarkNoShow,
  mayRelease,
  mayReschedule,
  mayUndoNoShow,
  signatureIsLate,
  type BookingFacts,
  type Decision,
} from './transitions.ts';

const minuteMs = 60_000;
const now = new Date('2027-03-01T12:00:00Z');
const at = (minutes: number) => new Date(now.getTime() + minutes * minuteMs);
const rules = { rescheduleCutoffMinutes: 60, rescheduleLimit: 2 };

const held: BookingFacts = {
  status: 'held',
  ndaStatus: 'sent',
  startsAt: at(1_440),
  endsAt: at(1_470),
  holdExpiresAt: at(10),
  moveExpiresAt: null,
  rescheduleCount: 0,
  erasedAt: null,
};
const confirmed: BookingFacts = { ...held, status: 'confirmed', ndaStatus: 'completed', holdExpiresAt: null };
const moving: BookingFacts = { ...confirmed, ndaStatus: 'sent', moveExpiresAt: at(10) };
const codeOf = (decision: Decision) => (decision.allowed ? 'allowed' : decision.refusal.code);

describe('canceling', () => {
  it('is for whatever is held, confirmed or displaced; the rest is over', () => {
    const allowed = bookingStatuses.filter(
      (status) => mayCancel({ ...confirmed, status }, 'guest', rules, now).allowed,
    );
    expect(allowed).toEqual(['held', 'confirmed', 'displaced']);
    expect(mayCancel({ ...held, status: 'expired' }, 'host', rules, now)).toEqual({
      allowed: false,
      refusal: { code: 'booking_over', status: 'expired' },
    });
  });

  it('of a confirmed booking ends for guests with the cut-off, for hosts and operators with the start', () => {
    const near = { ...confirmed, startsAt: at(60), endsAt: at(90) };
    expect(codeOf(mayCancel(near, 'guest', rules, now))).toBe('allowed');
    expect(codeOf(mayCancel(near, 'guest', rules, new Date(now.getTime() + 1)))).toBe('too_late_to_change');
    expect(codeOf(mayCancel(near, 'host', rules, at(59)))).toBe('allowed');
    expect(codeOf(mayCancel(near, 'operator', rules, at(60)))).toBe('meeting_started');
  });
});

describe('releasing', () => {
  it('is for a slot that is only held, and not for one whose guest has signed', () => {
    expect(codeOf(mayRelease(held))).toBe('allowed');
    expect(codeOf(mayRelease({ ...held, ndaStatus: 'signed' }))).toBe('already_signed');
    expect(codeOf(mayRelease({ ...held, ndaStatus: 'completed' }))).toBe('already_signed');
    expect(codeOf(mayRelease(confirmed))).toBe('booking_not_held');
  });

  it('is for the time that a confirmed booking would move to, until the NDA for it is signed', () => {
    expect(codeOf(mayRelease({ ...moving, ndaStatus: 'sent' }))).toBe('allowed');
    expect(codeOf(mayRelease({ ...moving, ndaStatus: 'signed' }))).toBe('already_signed');
  });
});

describe('expiry', () => {
  it('comes at the end of the hold and not a millisecond before', () => {
    expect(codeOf(mayExpire(held, at(10)))).toBe('allowed');
    expect(mayExpire(held, new Date(at(10).getTime() - 1))).toEqual({
      allowed: false,
      refusal: { code: 'hold_running', expiresAt: at(10) },
    });
  });

  it('never comes to a signed booking, and to a hold whose clock stands still only with the meeting', () => {
    expect(codeOf(mayExpire({ ...held, ndaStatus: 'signed' }, at(100)))).toBe('already_signed');
    const suspended = { ...held, holdExpiresAt: null };
    expect(codeOf(mayExpire(suspended, at(1_439)))).toBe('hold_running');
    expect(codeOf(mayExpire(suspended, at(1_440)))).toBe('allowed');
    expect(codeOf(mayExpire(confirmed, at(100)))).toBe('booking_not_held');
  });
});

describe('rescheduling', () => {
  it('is for confirmed and displaced bookings only', () => {
    const allowed = bookingStatuses.filter(
      (status) => mayReschedule({ ...confirmed, status }, 'host', rules, now).allowed,
    );
    expect(allowed).toEqual(['confirmed', 'displaced']);
  });

  it('by guests ends with the cut-off and the limit, by hosts with the start', () => {
    const near = { ...confirmed, startsAt: at(30), endsAt: at(60) };
    expect(codeOf(mayReschedule(near, 'guest', rules, now))).toBe('too_late_to_change');
    expect(codeOf(mayReschedule(near, 'host', rules, now))).toBe('allowed');
    expect(codeOf(mayReschedule(near, 'host', rules, at(30)))).toBe('meeting_started');
    expect(codeOf(mayReschedule({ ...confirmed, rescheduleCount: 1 }, 'guest', rules, now))).toBe('allowed');
    expect(codeOf(mayReschedule({ ...confirmed, rescheduleCount: 2 }, 'guest', rules, now))).toBe(
      'reschedule_limit_reached',
    );
    expect(codeOf(mayReschedule({ ...confirmed, rescheduleCount: 9 }, 'host', rules, now))).toBe('allowed');
  });

  it('waits for the end of a move that is to be signed for, whoever asks', () => {
    expect(codeOf(mayReschedule(moving, 'guest', rules, now))).toBe('move_pending');
    expect(codeOf(mayReschedule(moving, 'host', rules, now))).toBe('move_pending');
  });

  it('like canceling is over once the guest’s data were deleted: nobody could be told, and nobody would come', () => {
    const erased: BookingFacts = { ...confirmed, status: 'displaced', erasedAt: now };
    expect(codeOf(mayReschedule(erased, 'host', rules, now))).toBe('booking_not_confirmed');
    expect(codeOf(mayCancel(erased, 'host', rules, now))).toBe('booking_over');
  });

  it('of a displaced guest is bound by neither: they signed, and it was their time that was lost', () => {
    const displaced: BookingFacts = { ...confirmed, status: 'displaced', startsAt: at(-10), rescheduleCount: 9 };
    expect(codeOf(mayReschedule(displaced, 'guest', rules, now))).toBe('allowed');
  });
});

describe('a no-show', () => {
  it('is said after the start, of a confirmed or completed booking', () => {
    expect(codeOf(mayMarkNoShow(confirmed, at(1_439)))).toBe('meeting_not_ended');
    expect(codeOf(mayMarkNoShow(confirmed, at(1_440)))).toBe('allowed');
    expect(codeOf(mayMarkNoShow({ ...confirmed, status: 'completed' }, at(9_999)))).toBe('allowed');
    expect(codeOf(mayMarkNoShow({ ...confirmed, status: 'canceled' }, at(9_999)))).toBe('booking_not_confirmed');
  });
});

describe('taking a no-show back', () => {
  it('is for a booking that is kept as one, and for no other', () => {
    const allowed = bookingStatuses.filter((status) => mayUndoNoShow({ status }).allowed);
    expect(allowed).toEqual(['no_show']);
    expect(codeOf(mayUndoNoShow({ status: 'canceled' }))).toBe('booking_not_confirmed');
  });
});

describe('a signature', () => {
  it('is in time until the hold ends, and while its clock stands still', () => {
    expect(signatureIsLate(held, at(9))).toBe(false);
    expect(signatureIsLate(held, at(10))).toBe(true);
    expect(signatureIsLate({ ...held, holdExpiresAt: null }, at(1_000))).toBe(false);
    expect(signatureIsLate({ ...held, status: 'expired' }, at(1))).toBe(true);
  });

  it('for a new time is in time until that time’s hold ends', () => {
    expect(signatureIsLate(moving, at(9))).toBe(false);
    expect(signatureIsLate(moving, at(10))).toBe(true);
  });
});

describe('states', () => {
  it('that keep others out are held and confirmed; those and displaced are not over', () => {
    expect(bookingStatuses.filter(isLive)).toEqual([...liveStatuses]);
    expect(bookingStatuses.filter((status) => !isOver(status))).toEqual([
      'requested',
      'held',
      'confirmed',
      'displaced',
    ]);
  });
});

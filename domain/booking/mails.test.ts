import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bookingMailKinds,
  isStillTrue,
  mailStatuses,
  mailToRepeat,
  saysMore,
  type BookingMailKind,
  type MailFacts,
  type MailStatus,
} from './mails.ts';
import { bookingStatuses, ndaStatuses } from './states.ts';

const now = new Date('2026-11-21T10:00:00Z');
const booking = (facts: Partial<MailFacts> = {}): MailFacts => ({
  status: 'confirmed',
  ndaStatus: 'completed',
  startsAt: new Date('2026-11-22T10:00:00Z'),
  sequence: 0,
  moving: false,
  ...facts,
});
const trueKinds = (facts: Partial<MailFacts>, sequence = facts.sequence ?? 0) =>
  bookingMailKinds.filter((kind) => isStillTrue({ kind, sequence }, booking(facts), now));

describe('a mail that waits', () => {
  it('says what is so in each state, and is overtaken when the booking goes on', () => {
    expect(trueKinds({ status: 'held', ndaStatus: 'sent' })).toEqual(['hold_placed', 'signing_code']);
    expect(trueKinds({ status: 'held', ndaStatus: 'signed' })).toEqual([]);
    expect(trueKinds({ status: 'expired', ndaStatus: 'voided' })).toEqual(['hold_expired']);
    expect(trueKinds({ status: 'declined', ndaStatus: 'declined' })).toEqual(['booking_declined']);
    expect(trueKinds({ status: 'displaced' })).toEqual(['late_signature_taken', 'move_ended']);
    expect(trueKinds({ status: 'canceled' })).toEqual(['booking_canceled']);
    expect(trueKinds({ status: 'confirmed' })).toEqual([
      'booking_confirmed',
      'booking_rescheduled',
      'reminder',
      'move_ended',
    ]);
  });

  it('about a time that was left again is overtaken by the newer one', () => {
    expect(trueKinds({ status: 'confirmed', sequence: 2 }, 1)).toEqual([]);
    expect(trueKinds({ status: 'confirmed', sequence: 2 }, 2)).toContain('booking_rescheduled');
  });

  it('reminds of no meeting that has begun, but still brings the signed NDA after it', () => {
    const begun = { startsAt: new Date(now.getTime() - 1) };
    expect(trueKinds(begun)).toEqual(['booking_confirmed', 'booking_rescheduled', 'move_ended']);
    expect(trueKinds({ ...begun, status: 'completed' })).toEqual(['booking_confirmed', 'booking_rescheduled']);
  });

  it('asks for a new signature only while the new time is held for it', () => {
    expect(trueKinds({ moving: true, ndaStatus: 'sent' })).toContain('move_to_sign');
    expect(trueKinds({ moving: true, ndaStatus: 'sent' })).not.toContain('move_ended');
    expect(trueKinds({ moving: true, ndaStatus: 'signed' })).not.toContain('move_to_sign');
    expect(trueKinds({ moving: false })).toContain('move_ended');
  });
});

describe('sending a mail again', () => {
  const mail = (kind: BookingMailKind, status: MailStatus = 'sent', sequence = 0) => ({ kind, status, sequence });

  it('means the newest that has left and is still so, not the reminder or code after it', () => {
    const mails = [mail('hold_placed'), mail('booking_confirmed'), mail('reminder'), mail('signing_code')];
    expect(mailToRepeat(mails, booking(), now)).toBe(mails[1]);
  });

  it('never means a dead link: what a guest let go is not asked to be signed again', () => {
    expect(mailToRepeat([mail('hold_placed')], booking({ status: 'canceled' }), now)).toBeNull();
  });

  it('leaves alone what waits to leave by itself, and what was overtaken', () => {
    const facts = booking();
    expect(mailToRepeat([mail('booking_confirmed', 'requested')], facts, now)).toBeNull();
    expect(mailToRepeat([mail('booking_confirmed', 'superseded')], facts, now)).toBeNull();
    expect(mailToRepeat([mail('booking_confirmed', 'bounced')], facts, now)).not.toBeNull();
  });

  it('only ever repeats what would not be overtaken', () => {
    const anyMail = fc.record({
      kind: fc.constantFrom(...bookingMailKinds),
      status: fc.constantFrom(...mailStatuses),
      sequence: fc.nat(3),
    });
    const anyBooking = fc.record({
      status: fc.constantFrom(...bookingStatuses),
      ndaStatus: fc.constantFrom(...ndaStatuses),
      startsAt: fc.constantFrom(new Date(now.getTime() - 1), new Date(now.getTime() + 1)),
      sequence: fc.nat(3),
      moving: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyMail), anyBooking, (mails, facts) => {
        const again = mailToRepeat(mails, facts, now);
        return again === null || (mails.includes(again) && isStillTrue(again, facts, now));
      }),
    );
  });
});

describe('the last word about a mail', () => {
  it('is the one that says more: a repeat or an older word changes nothing', () => {
    expect(saysMore('delivered', 'sent')).toBe(true);
    expect(saysMore('delivered', 'requested')).toBe(true);
    expect(saysMore('bounced', 'delivered')).toBe(true);
    expect(saysMore('complained', 'delivered')).toBe(true);
    expect(saysMore('delivered', 'bounced')).toBe(false);
    expect(saysMore('bounced', 'complained')).toBe(false);
    for (const status of mailStatuses) expect(saysMore(status, status)).toBe(false);
  });
});

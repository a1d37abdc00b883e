import { describe, expect, it } from 'vitest';
import { erasureOf, keptUntil, type ErasureFacts } from './erasure.ts';

const over: ErasureFacts = {
  status: 'completed',
  ndaStatus: 'not_required',
  hasLegalHold: false,
  hasSignedDocument: false,
  endsAt: new Date('2031-03-04T11:00:00Z'),
  confirmedAt: new Date('2031-03-01T11:00:00Z'),
  endedAt: new Date('2031-03-04T11:00:00Z'),
  retentionDays: 30,
};

describe('what a guest’s erasure leaves', () => {
  it('is the audit trail alone, after a meeting without an agreement', () => {
    expect(erasureOf(over)).toEqual({
      outcome: 'erased',
      kept: [{ what: 'audit_trail', why: 'accountability', until: null }],
    });
  });

  it('is the signed agreement too, until the retention period ends', () => {
    const { outcome, kept } = erasureOf({ ...over, ndaStatus: 'completed', hasSignedDocument: true });
    expect(outcome).toBe('partly');
    expect(kept[0]).toEqual({
      what: 'signed_document',
      why: 'evidence',
      until: new Date('2031-04-03T11:00:00Z'),
    });
  });

  it('has no end where the organization set none', () => {
    const { kept } = erasureOf({ ...over, hasSignedDocument: true, retentionDays: null });
    expect(kept[0]?.until).toBeNull();
  });

  it.each(['requested', 'held', 'confirmed'] as const)('is everything while the booking is %s', (status) => {
    expect(erasureOf({ ...over, status })).toMatchObject({ outcome: 'kept', kept: [{ why: 'booking_open' }] });
  });

  it('is everything while a signature is being collected', () => {
    expect(erasureOf({ ...over, status: 'expired', ndaStatus: 'signed' }).outcome).toBe('kept');
  });

  it('is everything under a legal hold, whatever else is true', () => {
    for (const status of ['completed', 'confirmed', 'canceled'] as const)
      expect(erasureOf({ ...over, status, hasLegalHold: true, hasSignedDocument: true })).toEqual({
        outcome: 'kept',
        kept: [{ what: 'everything', why: 'legal_hold', until: null }],
      });
  });
});

describe('the retention period', () => {
  it('counts from the end of the meeting, even when it was canceled before', () => {
    const canceled = { ...over, endedAt: new Date('2031-02-01T00:00:00Z') };
    expect(keptUntil(canceled)).toEqual(new Date('2031-04-03T11:00:00Z'));
  });

  it('counts from the end of the booking where it never was to be a meeting', () => {
    const expired = { ...over, confirmedAt: null, endedAt: new Date('2031-02-01T00:00:00Z') };
    expect(keptUntil(expired)).toEqual(new Date('2031-03-03T00:00:00Z'));
  });
});

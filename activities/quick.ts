import { randomUUID } from 'node:crypto';
import { applyChange } from '#db/changes/apply.ts';
import { clearAttention, flagAttention } from '#db/changes/attention.ts';
import { confirmBooking } from '#db/changes/confirm.ts';
import { expireHold } from '#db/changes/expire.ts';
import { holdSlot } from '#db/changes/hold.ts';
import { completeBooking, remind } from '#db/changes/passing.ts';
import { insertChangeRequest } from '#db/changes/requests.ts';
import { findBooking } from '#db/queries/bookings.ts';
import type { QuickEffects } from '#workflows/booking/effects.ts';
import type { Parts } from './parts.ts';
import { afterChange, ofThisCode } from './progress.ts';

/** The changes that are one transaction each, with what follows each: facts leave, and the caller learns where the booking stands. */
export function quickEffects(parts: Parts): QuickEffects {
  const { database, cipher, facts } = parts;
  const after = (bookingId: string) => afterChange(parts, bookingId);
  return {
    // Asked for after news: what the api wrote meanwhile (a signature, a no-show) has facts that should leave now.
    readProgress: after,
    holdSlot: async (bookingId) => {
      const { hold, progress } = await holdSlot(database, bookingId);
      facts.soon(bookingId);
      return { hold, progress: ofThisCode(progress) };
    },
    applyChange: async (requestId) => {
      const { outcome: change, bookingId } = await applyChange(database, requestId);
      return { change, progress: await after(bookingId) };
    },
    requestOperatorChange: async (bookingId, kind) => {
      const booking = await findBooking(database, bookingId);
      if (!booking) throw new Error(`There is no booking ${bookingId} to change.`);
      const actor = { type: 'operator', id: null, ip: null } as const;
      const id = randomUUID();
      await insertChangeRequest(database, cipher, {
        id,
        organizationId: booking.organizationId,
        bookingId,
        kind,
        actor,
      });
      return id;
    },
    confirmBooking: async (bookingId) => {
      await confirmBooking(database, bookingId);
      return after(bookingId);
    },
    expireHold: async (bookingId) => {
      await expireHold(database, bookingId);
      return after(bookingId);
    },
    remind: async (bookingId, minutes) => {
      await remind(database, bookingId, minutes);
      return after(bookingId);
    },
    completeBooking: async (bookingId) => {
      await completeBooking(database, bookingId);
      return after(bookingId);
    },
    flagAttention: async (bookingId, step, reason) => {
      await flagAttention(database, bookingId, { step, reason });
      return after(bookingId);
    },
    clearAttention: async (bookingId) => {
      await clearAttention(database, bookingId);
      return after(bookingId);
    },
  };
}

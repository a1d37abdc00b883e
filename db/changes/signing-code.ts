import type { Database } from '../pool.ts';
import { lockBooking } from '../queries/bookings.ts';
import { addCeremonyEvent, setCode } from '../queries/ceremonies.ts';
import { requestMessages } from '../queries/messages.ts';
import { guest } from './hold.ts';
import { record } from './record.ts';

/**
 * A new one-time code for the signer, and the mail that brings it; earlier codes no longer fit.
 * @returns false when the one before it is too new: each code is good for some guesses.
 */
export async function sendSigningCode(
  database: Database,
  bookingId: string,
  code: { envelopeId: string; codeSha256: Buffer; expiresAt: Date; everySeconds: number; payload: Buffer },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (!(await setCode(tx, code.envelopeId, code))) return false;
    await addCeremonyEvent(tx, code.envelopeId, 'code_sent', { ip: null, userAgent: null });
    const facts = await requestMessages(tx, {
      ...booking,
      bookingId,
      kind: 'signing_code',
      recipients: ['guest'],
      part: String(now.getTime()),
      payload: code.payload,
    });
    await record(tx, booking, { at: now, actor: guest(booking), action: 'signing_code.sent', facts });
    return true;
  });
}

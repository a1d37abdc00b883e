import { sql } from 'slonik';
import { needsAddress } from '#domain/booking/mails.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Database } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import { lockBooking, readGuest } from '../queries/bookings.ts';
import { forgetCodes } from '../queries/ceremonies.ts';
import { messagesOf, requestMessages } from '../queries/messages.ts';
import { repeatable } from './apply.ts';
import { clearAddressTrouble } from './mail.ts';
import { record } from './record.ts';
import type { ChangeOutcome } from './requests.ts';

/**
 * The guest's address was wrong: from now on everything goes to the right one, beginning with the newest mail that is still true. The trail
 * says that it was corrected and by whom, never which address. @param requestId the same id twice is the same correction.
 */
export async function correctGuestEmail(
  database: Database,
  cipher: PersonalCipher,
  correction: { requestId: string; bookingId: string; email: string; actor: Actor },
): Promise<ChangeOutcome> {
  const { requestId, bookingId, email, actor } = correction;
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    if (!needsAddress(booking.status) || booking.erasedAt)
      return { outcome: 'refused', code: 'booking_over', context: { status: booking.status } };
    const guest = await readGuest(tx, cipher, bookingId);
    if (guest.email === email) return { outcome: 'done' };
    await tx.query(sql.unsafe`
      update booking set guest_email_cipher = ${sql.binary(cipher.seal(email, 'booking.guest_email'))},
        guest_search = ${sql.array(cipher.searchTokens(booking.organizationId, [guest.name, email]), 'text')}, search_key_id = ${cipher.keyId} where id = ${bookingId}`);
    await clearAddressTrouble(tx, bookingId);
    await forgetCodes(tx, bookingId);
    const last = repeatable(await messagesOf(tx, bookingId), 'guest', booking, now);
    const again = last
      ? await requestMessages(tx, {
          ...booking,
          bookingId,
          kind: last.kind,
          recipients: ['guest'],
          part: `corrected-${requestId}`,
        })
      : [];
    await record(tx, booking, { at: now, actor, action: 'guest.email_corrected', facts: again });
    return { outcome: 'done' };
  });
}

import { codeRules, mayHaveNewCode, triesAreUsedUp, type NewCode } from '#domain/booking/signing-codes.ts';
import type { Database, Transaction } from '../pool.ts';
import { appendAudit, type Actor } from '../queries/audit.ts';
import { lockBooking, type BookingRow } from '../queries/bookings.ts';
import { addCeremonyEvent, checkCode, findCeremony, markCodeLimit, setCode } from '../queries/ceremonies.ts';
import { requestMessages } from '../queries/messages.ts';
import { record } from './record.ts';

type SigningCode = { envelopeId: string; codeSha256: Buffer; actor: Actor };

/** A new one-time code for the signer, and the mail that brings it, if one may be sent; earlier codes no longer fit. */
export async function sendSigningCode(
  database: Database,
  bookingId: string,
  { envelopeId, codeSha256, actor, ...code }: SigningCode & { expiresAt: Date; payload: Buffer },
): Promise<NewCode> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const ceremony = await findCeremony(tx, envelopeId);
    if (!ceremony) throw new Error(`Envelope ${envelopeId} has no ceremony to send a code for.`);
    const decision = mayHaveNewCode(ceremony, now);
    if (decision.outcome === 'limit_reached') await noteLimit(tx, booking, { envelopeId, actor, at: now });
    if (decision.outcome !== 'allowed') return decision;
    await setCode(tx, envelopeId, { codeSha256, expiresAt: code.expiresAt });
    await addCeremonyEvent(tx, envelopeId, 'code_sent', { ip: null, userAgent: null });
    const facts = await requestMessages(tx, {
      ...booking,
      bookingId,
      kind: 'signing_code',
      recipients: ['guest'],
      part: String(now.getTime()),
      payload: code.payload,
    });
    await record(tx, booking, { at: now, actor, action: 'signing_code.sent', facts });
    return decision;
  });
}

/** Tries a code. `limit_reached`: there were too many wrong ones, and no code fits any more, this one included. */
export async function trySigningCode(
  database: Database,
  bookingId: string,
  { envelopeId, codeSha256, actor, ...from }: SigningCode & { ip: string | null; userAgent: string | null },
): Promise<'fits' | 'wrong' | 'limit_reached'> {
  return database.transaction(async (tx) => {
    const { booking, now } = await lockBooking(tx, bookingId);
    const isUsedUp = async (): Promise<boolean> => {
      const ceremony = await findCeremony(tx, envelopeId);
      return ceremony !== null && triesAreUsedUp(ceremony);
    };
    if (!(await isUsedUp())) {
      if (await checkCode(tx, envelopeId, { codeSha256, triesEach: codeRules.triesEach, from })) return 'fits';
      if (!(await isUsedUp())) return 'wrong';
    }
    await noteLimit(tx, booking, { envelopeId, actor, at: now });
    return 'limit_reached';
  });
}

/** On record once, however often is tried after it. */
async function noteLimit(
  tx: Transaction,
  booking: BookingRow,
  { envelopeId, actor, at }: { envelopeId: string; actor: Actor; at: Date },
): Promise<void> {
  if (!(await markCodeLimit(tx, envelopeId))) return;
  await appendAudit(tx, {
    organizationId: booking.organizationId,
    bookingId: booking.id,
    ...{ at, actor },
    action: 'signing_code.limit_reached',
    detail: { envelopeId },
  });
}

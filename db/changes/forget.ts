import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Transaction } from '../pool.ts';

type About = { id: string; organizationId: string };
const answerRow = z.object({ scope: z.string(), key: z.string(), answer: bytes });
const letterRow = z.object({ id: z.string(), payload: bytes });

/**
 * Answers that are kept for a repeated request (two days, `dropOldIdempotencyKeys`) name the booking by its id inside what is encrypted. Looked
 * for only where something happened to the booking within that time.
 */
export async function forgetAnswersAbout(tx: Transaction, cipher: PersonalCipher, booking: About): Promise<void> {
  const answers = await tx.any(sql.type(answerRow)`
    select scope, key, response_cipher as answer from idempotency_key
    where response_cipher is not null and (organization_id = ${booking.organizationId} or organization_id is null)
      and exists (select from audit_event where booking_id = ${booking.id} and at > clock_timestamp() - interval '49 hours')`);
  for (const { scope, key, answer } of answers) {
    if (!cipher.open(answer, 'idempotency_key.response').includes(booking.id)) continue;
    await tx.query(sql.unsafe`delete from idempotency_key where scope = ${scope} and key = ${key}`);
  }
}

/** Letters that could not be processed keep their reason and lose what they said, when it was of this booking or named its guest. */
export async function forgetLettersAbout(
  tx: Transaction,
  cipher: PersonalCipher,
  booking: About,
  names: readonly string[],
): Promise<void> {
  const envelopes = await tx.anyFirst(sql.type(z.object({ id: z.string() }))`
    select provider_envelope_id as id from envelope where booking_id = ${booking.id}`);
  const marks = [booking.id, ...envelopes, ...names].filter((mark) => mark !== '').map((mark) => mark.toLowerCase());
  const letters = await tx.any(sql.type(letterRow)`
    select id, payload_cipher as payload from dead_letter
    where payload_cipher is not null and (organization_id = ${booking.organizationId} or organization_id is null)`);
  for (const { id, payload } of letters) {
    const text = cipher.open(payload, 'dead_letter.payload').toLowerCase();
    if (marks.some((mark) => text.includes(mark)))
      await tx.query(sql.unsafe`update dead_letter set payload_cipher = null where id = ${id}`);
  }
}

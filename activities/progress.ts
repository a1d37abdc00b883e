import { readProgress, type BookingProgress } from '#db/queries/bookings.ts';
import { codeVersion } from '#domain/booking/code-version.ts';
import type { Progress } from '#workflows/booking/effects.ts';
import type { Parts } from './parts.ts';

/** Where a booking stands, after its facts were asked to leave: what every step answers. */
export async function afterChange({ database, facts }: Parts, bookingId: string): Promise<Progress> {
  facts.soon(bookingId);
  return ofThisCode(await readProgress(database, bookingId));
}

/** An answer of this worker: the workflow goes on by the code that it has. */
export const ofThisCode = (progress: BookingProgress): Progress => ({ ...progress, codeVersion });

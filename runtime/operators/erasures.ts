import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { eraseAsAsked } from '#db/changes/erase.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { erasuresSince } from '#db/queries/guest-data.ts';
import { CommandFailed, type Outcome } from '../cli/terminal.ts';
import type { Progress } from '../progress.ts';
import { withRunningSystem } from './running-system.ts';

/** What `listErasures` says with `--json`, and `eraseAgain` reads. */
const list = z.object({ erasures: z.array(z.object({ bookingId: z.uuid() })) });

/** What guests had erased: the list that a restore of an older backup needs. It names bookings by id, and nobody. */
export async function listErasures(since: Date, report: Progress): Promise<Outcome> {
  return withRunningSystem(report, async ({ database }) => {
    const erasures = (await erasuresSince(database, since)).map(({ bookingId, at }) => ({
      bookingId,
      at: at.toISOString(),
    }));
    return { fine: true, lines: erasures.map(({ bookingId, at }) => `${at} ${bookingId}`), data: { erasures } };
  });
}

/**
 * Erases again what a restored backup brought back. What is erased already stays so; what may not be erased now (open, under a legal hold) is
 * said, so that it can be tried again later. @throws CommandFailed when the file is no such list
 */
export async function eraseAgain(file: string, report: Progress): Promise<Outcome> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandFailed(`${file} cannot be read.`);
  });
  const wanted = readList(text, file);
  return withRunningSystem(report, async ({ database, cipher, engine }) => {
    const left: string[] = [];
    const counts = { erased: 0, erasedBefore: 0, unknown: 0 };
    for (const id of wanted) {
      const booking = await findBooking(database, id);
      if (!booking) counts.unknown += 1;
      else if (booking.erasedAt) counts.erasedBefore += 1;
      else {
        const { decision } = await eraseAsAsked(database, cipher, id, { type: 'operator', id: null, ip: null });
        if (decision.outcome === 'kept') left.push(id);
        else counts.erased += 1;
      }
    }
    if (counts.erased > 0)
      await engine.applyRetention().catch(() => report('The documents go with the next retention run.'));
    const lines = [
      `Erased again: ${counts.erased}. Erased already: ${counts.erasedBefore}. Not in this database: ${counts.unknown}.`,
      ...left.map((id) => `Kept for now, being open or under a legal hold: ${id}`),
    ];
    return { fine: left.length === 0, lines, data: { ...counts, left } };
  });
}

function readList(text: string, file: string): string[] {
  try {
    return list.parse(JSON.parse(text)).erasures.map(({ bookingId }) => bookingId);
  } catch {
    throw new CommandFailed(`${file} is no list of erasures: write one with countersign erasures --json.`);
  }
}

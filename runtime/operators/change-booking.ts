import { randomUUID } from 'node:crypto';
import { problems, type ProblemCode } from '#contract/problems.ts';
import { insertChangeRequest } from '#db/changes/requests.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { CommandFailed, type Outcome } from '../cli/terminal.ts';
import type { Progress } from '../progress.ts';
import { withRunningSystem } from './running-system.ts';

export type Change = { kind: 'cancel' | 'release' | 'resend' | 'retry'; done: string };
export type ChangeOptions = { to?: 'guest' | 'host' | 'both'; reason?: string };

/**
 * An operator asks for a change of one booking: written down like a host's, decided by the booking's workflow, which is started anew when it
 * is gone.
 * @throws CommandFailed when there is no such booking, EngineUnavailable
 */
export async function askForChange(
  change: Change,
  bookingId: string,
  options: ChangeOptions,
  report: Progress,
): Promise<Outcome> {
  return withRunningSystem(report, async (shared) => {
    const booking = await findBooking(shared.database, bookingId);
    if (!booking) throw new CommandFailed(`There is no booking ${bookingId}.`);
    const requestId = randomUUID();
    await insertChangeRequest(shared.database, shared.cipher, {
      id: requestId,
      organizationId: booking.organizationId,
      bookingId,
      kind: change.kind,
      actor: { type: 'operator', id: null, ip: null },
      ...(options.reason !== undefined && { reason: options.reason }),
      ...(options.to !== undefined && { recipient: options.to }),
    });
    const answer = await shared.engine.change(booking, requestId);
    const status = (await findBooking(shared.database, bookingId))?.status ?? null;
    return outcomeOf(change, bookingId, status, answer);
  });
}

function outcomeOf(
  change: Change,
  bookingId: string,
  status: string | null,
  answer: { outcome: 'done' } | { outcome: 'refused'; code: string },
): Outcome {
  if (answer.outcome === 'done') {
    return { fine: true, lines: [`${change.done}. Status: ${status}.`], data: { bookingId, status } };
  }
  const sentence = answer.code in problems ? problems[answer.code as ProblemCode].title : answer.code;
  return {
    fine: false,
    lines: [`Refused: ${sentence} (${answer.code}). Status: ${status}.`],
    data: { bookingId, status, code: answer.code },
  };
}

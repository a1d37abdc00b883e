import type { AuditAction } from '#domain/audit-actions.ts';
import { mailToRepeat, type BookingMailKind } from '#domain/booking/mails.ts';
import { isMoving } from '#domain/booking/moves.ts';
import { mayCancel, mayRelease, mayReschedule, type Decision, type Refusal } from '#domain/booking/transitions.ts';
import type { Database, Transaction } from '../pool.ts';
import type { Actor } from '../queries/audit.ts';
import { lockBooking, lockBookingOfHost, type BookingRow } from '../queries/bookings.ts';
import { allowCodesAnew } from '../queries/ceremonies.ts';
import { messagesOf, requestMessages, type MessageKind, type MessageRow, type Recipient } from '../queries/messages.ts';
import type { FactInput } from '../queries/outbox.ts';
import { declineLocked } from './decline.ts';
import { releaseClaim } from './expire.ts';
import { mailFacts, supersedeMails } from './mail.ts';
import { endMove, leaveMove } from './move.ts';
import { moveClaim } from './reschedule.ts';
import { record } from './record.ts';
import { decideChangeRequest, lockChangeRequest, type ChangeOutcome, type ChangeRequest } from './requests.ts';

/** Decides a change request once, and stores the outcome with it: a repeat reads it. */
export async function applyChange(
  database: Database,
  requestId: string,
): Promise<{ outcome: ChangeOutcome; bookingId: string }> {
  return database.transaction(async (tx) => {
    const request = await lockChangeRequest(tx, requestId);
    if (!request) throw new Error(`There is no change request ${requestId}.`);
    const { bookingId } = request;
    if (request.outcome) return { outcome: request.outcome, bookingId };
    const locked = await (request.kind === 'reschedule' ? lockBookingOfHost : lockBooking)(tx, bookingId);
    if (!locked) throw new Error(`There is no booking ${bookingId} to change.`);
    const { booking, now } = locked;
    const outcome = await decide(tx, booking, request, now);
    await decideChangeRequest(tx, requestId, outcome);
    return { outcome, bookingId };
  });
}

async function decide(tx: Transaction, booking: BookingRow, request: ChangeRequest, now: Date): Promise<ChangeOutcome> {
  switch (request.kind) {
    case 'cancel':
      return cancel(tx, booking, request, now);
    case 'release':
      return release(tx, booking, request, now);
    case 'reschedule':
      return reschedule(tx, booking, request, now);
    case 'decline':
      return declineLocked(tx, booking, { actor: actorOf(request), reason: request.reason, at: now });
    case 'resend':
      return resend(tx, booking, request, now);
    case 'retry':
      return retry(tx, booking, request, now);
  }
}

async function cancel(tx: Transaction, booking: BookingRow, request: ChangeRequest, now: Date): Promise<ChangeOutcome> {
  const by = request.actorType === 'guest' ? 'guest' : request.actorType === 'host' ? 'host' : 'operator';
  const decision = mayCancel(booking, by, booking, now);
  if (!decision.allowed) return refused(decision);
  const wasPromised = booking.status !== 'held';
  const recipients: Recipient[] = wasPromised ? ['guest', 'host'] : by === 'guest' ? [] : ['guest'];
  return end(tx, booking, request, now, {
    status: 'canceled',
    action: 'booking.canceled',
    release: 'canceled',
    recipients,
  });
}

async function release(
  tx: Transaction,
  booking: BookingRow,
  request: ChangeRequest,
  now: Date,
): Promise<ChangeOutcome> {
  const decision = mayRelease(booking);
  if (!decision.allowed) return refused(decision);
  if (isMoving(booking)) {
    await endMove(tx, booking, {
      why: 'released',
      actor: actorOf(request),
      at: now,
      detail: { requestId: request.id },
    });
    return { outcome: 'done' };
  }
  const recipients: Recipient[] = request.actorType === 'guest' ? [] : ['guest'];
  return end(tx, booking, request, now, {
    status: 'released',
    action: 'slot.released',
    release: 'released',
    recipients,
  });
}

type Ending = {
  status: 'canceled' | 'released';
  action: AuditAction;
  release: 'canceled' | 'released';
  recipients: Recipient[];
};

async function end(
  tx: Transaction,
  booking: BookingRow,
  request: ChangeRequest,
  now: Date,
  ending: Ending,
): Promise<ChangeOutcome> {
  const left = await leaveMove(tx, booking, ending.release);
  const released = [...left.released, ...(await releaseClaim(tx, booking, ending.release))];
  const ended: BookingRow = { ...left.booking, status: ending.status, sequence: booking.sequence + 1 };
  const overtaken = await supersedeMails(tx, ended, now);
  const canceled: FactInput = {
    type: 'booking.canceled',
    data: { by: request.actorType, startsAt: booking.startsAt.toISOString() },
  };
  await record(tx, booking, {
    at: now,
    actor: actorOf(request),
    action: ending.action,
    detail: { requestId: request.id },
    state: { status: ending.status, endedAt: now, reason: reasonOf(request), sequence: ended.sequence },
    facts: [...released, ...(ending.status === 'canceled' ? [canceled] : []), ...overtaken],
    mails: { kind: 'booking_canceled', recipients: ending.recipients, sequence: ended.sequence },
  });
  return { outcome: 'done' };
}

async function reschedule(
  tx: Transaction,
  booking: BookingRow,
  request: ChangeRequest,
  now: Date,
): Promise<ChangeOutcome> {
  const by = request.actorType === 'guest' ? 'guest' : 'host';
  const decision = mayReschedule(booking, by, booking, now);
  if (!decision.allowed) return refused(decision);
  if (!request.startsAt || !request.endsAt)
    throw new Error(`Change request ${request.id} says to reschedule, but not where to.`);
  return moveClaim(
    tx,
    booking,
    { startsAt: request.startsAt, endsAt: request.endsAt },
    { actor: actorOf(request), by, at: now },
  );
}

async function resend(tx: Transaction, booking: BookingRow, request: ChangeRequest, now: Date): Promise<ChangeOutcome> {
  const earlier = await messagesOf(tx, booking.id);
  const wanted: Recipient[] = request.recipient === 'both' ? ['guest', 'host'] : [request.recipient ?? 'guest'];
  const facts: FactInput[] = [];
  for (const recipient of wanted) {
    const last = repeatable(earlier, recipient, booking, now);
    if (!last) continue;
    facts.push(...(await again(tx, booking, request.id, last.kind, recipient)));
  }
  if (facts.length === 0) return { outcome: 'refused', code: 'nothing_to_resend' };
  const codesAnew = wanted.includes('guest') && (await allowCodesAnew(tx, booking.id));
  await record(tx, booking, {
    at: now,
    actor: actorOf(request),
    action: 'mail.resent',
    detail: { recipients: wanted, ...(codesAnew && { codesAnew }) },
    facts,
  });
  return { outcome: 'done' };
}

/** What sending again means for one recipient; null when nothing that has left is true any more. */
export function repeatable(
  messages: readonly MessageRow[],
  recipient: Recipient,
  booking: BookingRow,
  now: Date,
): { kind: BookingMailKind } | null {
  const own = messages.flatMap((message) =>
    message.recipient === recipient ? [{ ...message, kind: message.kind as BookingMailKind }] : [],
  );
  return mailToRepeat(own, mailFacts(booking), now);
}

function again(
  tx: Transaction,
  booking: BookingRow,
  requestId: string,
  kind: MessageKind,
  recipient: Recipient,
): Promise<FactInput[]> {
  return requestMessages(tx, {
    ...booking,
    bookingId: booking.id,
    kind,
    recipients: [recipient],
    part: `resend-${requestId}`,
  });
}

async function retry(tx: Transaction, booking: BookingRow, request: ChangeRequest, now: Date): Promise<ChangeOutcome> {
  if (!booking.attention) return { outcome: 'refused', code: 'nothing_to_retry' };
  await record(tx, booking, {
    at: now,
    actor: actorOf(request),
    action: 'step.retried',
    detail: { step: booking.attention.step },
    facts: [],
  });
  return { outcome: 'done' };
}

export function actorOf(request: ChangeRequest): Actor {
  return { type: request.actorType, id: request.actorId, ip: request.ip };
}

export function reasonOf(request: ChangeRequest): Buffer | null {
  return request.reason ? Buffer.from(request.reason) : null;
}

export function refused(decision: Extract<Decision, { allowed: false }>): ChangeOutcome {
  const { code, ...context } = decision.refusal satisfies Refusal;
  return { outcome: 'refused', code, context: JSON.parse(JSON.stringify(context)) as Record<string, unknown> };
}

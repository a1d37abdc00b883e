import { sql } from 'slonik';
import { sweep } from '#activities/sweep.ts';
import type { Parts } from '#activities/parts.ts';
import type { GuestBooking } from '#contract/bookings.ts';
import type { Operation, OperationName } from '../plan/operations.ts';
import type { FaultSystem } from '../system/fault-system.ts';
import { ask, type Asked } from './ask.ts';
import { actAtProvider, asGuest, hold, type World } from './guests.ts';
import { asHostOf } from './hosts.ts';
import { outcomeOf, type KnownBooking } from './journal.ts';
import { openPage, type Page } from './pages.ts';
import { startOf } from './scene.ts';
import { webhookAgain, webhookForged, webhookUnknown } from './webhooks.ts';

export type Stage = World & { system: FaultSystem; sweeper: Parts; pages: Page[] };

/** Guests' pages that stay open at once; the oldest closes for a new one. */
const openPages = 40;

/** Does one thing of the plan, and writes down what was told. @returns whether there was anything to do it to */
export async function perform(stage: Stage, operation: Operation): Promise<boolean> {
  const startedAt = Date.now();
  const booking = 'which' in operation ? bookingFor(stage, operation) : null;
  const act = actOf(stage, operation, booking);
  if (act === null) return false;
  const { asked, bookingId } = await act;
  stage.journal.told.push({
    operation: operation.do,
    bookingId,
    outcome: outcomeOf(asked),
    startedAt,
    endedAt: Date.now(),
    ...('day' in operation && 'quarter' in operation && { startsAt: startOf(stage.scene, operation) }),
  });
  return true;
}

type Done = { asked: Asked; bookingId: string | null };

const aboutSignature: ReadonlySet<OperationName> = new Set(['sign', 'decline', 'hold_runs_out']);
const aboutMove: ReadonlySet<OperationName> = new Set(['sign_move', 'decline_move', 'give_up_move', 'move_runs_out']);

function bookingFor({ journal }: Stage, operation: Operation & { which: number }): KnownBooking | null {
  const isUnsigned = (it: KnownBooking) => it.kind !== 'plain' && journal.done(it.id, 'sign', 'decline').length === 0;
  const isToMove = (it: KnownBooking) =>
    it.kind === 'renewed' &&
    journal.done(it.id, 'guest_reschedule', 'host_reschedule').length > journal.done(it.id, ...aboutMove).length;
  if (aboutMove.has(operation.do)) return journal.pick(operation.which, isToMove);
  return journal.pick(operation.which, aboutSignature.has(operation.do) ? isUnsigned : undefined);
}

function actOf(stage: Stage, operation: Operation, booking: KnownBooking | null): Promise<Done> | null {
  const { system, baseUrl } = stage;
  const about = (asked: Promise<Asked> | null, bookingId: string | null = null) =>
    asked && asked.then((it) => ({ asked: it, bookingId }));
  switch (operation.do) {
    case 'hold':
      return hold(stage, operation).then(({ asked, booking: made }) => ({ asked, bookingId: made?.id ?? null }));
    case 'read_slots':
      return about(readSlots(stage, operation));
    case 'sweep':
      return about(extraSweep(stage));
    case 'webhook_again':
      return about(webhookAgain(baseUrl, system.provider, operation.which));
    case 'webhook_forged':
      return about(webhookForged(baseUrl, system.provider, operation.which));
    case 'webhook_unknown':
      return about(webhookUnknown(baseUrl, system.provider));
    default:
      return booking && about(withBooking(stage, operation, booking), booking.id);
  }
}

type AboutBooking = Exclude<
  Operation,
  { do: 'hold' | 'read_slots' | 'sweep' | 'webhook_again' | 'webhook_forged' | 'webhook_unknown' }
>;

function withBooking(stage: Stage, operation: AboutBooking, booking: KnownBooking): Promise<Asked> {
  switch (operation.do) {
    case 'sign':
    case 'decline':
      return actAtProvider(stage, booking, operation.do);
    case 'sign_move':
      return actAtProvider(stage, booking, 'sign');
    case 'decline_move':
      return actAtProvider(stage, booking, 'decline');
    case 'give_up_move':
      return asGuest(stage, booking, 'POST', '/give-up-move');
    case 'hold_runs_out':
    case 'move_runs_out':
      return runOut(stage, booking.id);
    case 'guest_cancel':
      return asGuest(stage, booking, 'POST', '/cancel');
    case 'guest_reschedule':
      return asGuest(stage, booking, 'POST', '/reschedule', { startsAt: startOf(stage.scene, operation) });
    case 'host_cancel':
      return asHostOf(stage, booking, 'cancel');
    case 'host_release':
      return asHostOf(stage, booking, 'release');
    case 'host_reschedule':
      return asHostOf(stage, booking, 'reschedule', { startsAt: startOf(stage.scene, operation) });
    case 'resend':
      return asHostOf(stage, booking, 'resend', { recipient: 'both' });
    case 'read_booking':
      return asGuest(stage, booking, 'GET', '');
    case 'read_document':
      return asGuest(stage, booking, 'GET', '/document.pdf');
    case 'open_page':
      return openGuestPage(stage, booking);
  }
}

function readSlots({ scene, baseUrl }: Stage, { host, kind, day }: Extract<Operation, { do: 'read_slots' }>) {
  const from = startOf(scene, { day, quarter: 0 });
  const to = startOf(scene, { day: day + 2, quarter: 0 });
  const path = `${scene.hosts[host]?.slug ?? ''}/${scene.typeOf(host, kind).slug}/slots?from=${from}&to=${to}`;
  return ask(baseUrl, { method: 'GET', path: `/api/v1/pages/${path}` });
}

/** One more sweep, beside the product's own: a second worker would do the same. */
async function extraSweep({ sweeper }: Stage): Promise<Asked> {
  return sweep(sweeper).then(
    () => ({ status: 200, body: null }),
    () => 'unknown' as const,
  );
}

/** The hold's time is over now, be it that of a time to move to, as if its minutes had passed. Nobody tells the product. */
async function runOut({ system }: Stage, bookingId: string): Promise<Asked> {
  const { database } = system.shared;
  const work = database.transaction(async (tx) => {
    await tx.query(sql.unsafe`
      update booking set hold_expires_at = clock_timestamp()
      where id = ${bookingId} and status = 'held' and hold_expires_at > clock_timestamp()`);
    await tx.query(sql.unsafe`
      update booking set move_expires_at = clock_timestamp() where id = ${bookingId} and move_expires_at > clock_timestamp()`);
    await tx.query(sql.unsafe`
      update claim set expires_at = clock_timestamp()
      where booking_id = ${bookingId} and is_live and expires_at > clock_timestamp()`);
  });
  return work.then(
    () => ({ status: 200, body: null }),
    () => 'unknown' as const,
  );
}

async function openGuestPage(stage: Stage, booking: KnownBooking): Promise<Asked> {
  const asked = await asGuest(stage, booking, 'GET', '');
  if (asked === 'unknown' || asked.status !== 200) return asked;
  const { position } = asked.body as GuestBooking;
  stage.pages.push(openPage(stage.baseUrl, { room: 'booking', token: booking.token, position }));
  const guests = stage.pages.filter(({ request }) => request.room === 'booking');
  if (guests.length > openPages) {
    const oldest = guests[0] as Page;
    oldest.close();
    stage.pages.splice(stage.pages.indexOf(oldest), 1);
  }
  return asked;
}
